import { observe } from 'holdfast'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startDependency } from '../src/dependency.ts'
import { guardedClient } from '../src/guarded-client.ts'
import { type Phase, schedule } from '../src/phases.ts'

const phases = schedule(7_000)
const phase = (name: string): Phase => phases.find(each => each.name === name) as Phase

describe('guarded client', () => {
  it('composes its policies without a warning', () => {
    const types: string[] = []
    onTestFinished(observe({ event: ({ type }) => types.push(type) }))

    guardedClient({ url: 'http://127.0.0.1/price', seed: 1 })

    expect(types).not.toContain('pipeline.warning')
  })

  it('answers with the last known price while the dependency is down', async () => {
    let health = phase('healthy')
    const dependency = await startDependency({ seed: 1, phaseNow: () => health })
    onTestFinished(dependency.close)
    const { ask } = guardedClient({ url: dependency.url, seed: 1 })
    const { signal } = new AbortController()

    const fresh = await ask(1, signal)
    health = phase('down')
    const stale = await ask(2, signal)

    expect(fresh.kind).toBe('fresh')
    expect(stale).toMatchObject({ kind: 'stale', price: fresh.price })
    expect(dependency.received).toBe(4)
  })

  it('fails while it knows no price', async () => {
    const dependency = await startDependency({ seed: 1, phaseNow: () => phase('down') })
    onTestFinished(dependency.close)
    const { ask } = guardedClient({ url: dependency.url, seed: 1 })

    await expect(ask(1, new AbortController().signal)).rejects.toThrow()
  })
})
