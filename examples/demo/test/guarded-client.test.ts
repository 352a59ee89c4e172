import { virtualClock } from '@holdfast/testing'
import { observe } from 'holdfast'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startDependency } from '../src/dependency.ts'
import { guardedClient } from '../src/guarded-client.ts'
import { type Phase, schedule } from '../src/phases.ts'

const phases = schedule(7_000)
const phase = (name: string): Phase => phases.find(each => each.name === name) as Phase

/** The client and its dependency, on real sockets. Only waits between attempts take time, by a clock of their own. */
async function start(health: Phase) {
  let phaseNow = health
  const dependency = await startDependency({ seed: 1, phaseNow: () => phaseNow })
  onTestFinished(dependency.close)
  const clock = virtualClock()
  const { ask, prices } = guardedClient({ url: dependency.url, seed: 1, clock })
  prices.subscribe(event => (event.type === 'retry.scheduled' ? clock.advance(event.delayMs) : undefined))

  return {
    ask: (call: number) => ask(call, new AbortController().signal),
    dependency,
    enter: (next: Phase) => {
      phaseNow = next
    },
  }
}

describe('guarded client', () => {
  it('composes its policies without a warning', () => {
    const types: string[] = []
    onTestFinished(observe({ event: ({ type }) => types.push(type) }))

    guardedClient({ url: 'http://127.0.0.1/price', seed: 1 })

    expect(types).not.toContain('pipeline.warning')
  })

  it('answers with the last known price while the dependency is down', async () => {
    const { ask, dependency, enter } = await start(phase('healthy'))

    const fresh = await ask(1)
    enter(phase('down'))
    const stale = await ask(2)

    expect(fresh.kind).toBe('fresh')
    expect(stale).toMatchObject({ kind: 'stale', price: fresh.price })
    expect(dependency.received).toBe(4)
  })

  it('fails while it knows no price', async () => {
    const { ask } = await start(phase('down'))

    await expect(ask(1)).rejects.toThrow('fetch failed')
  })
})
