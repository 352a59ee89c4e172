import { observe, pipeline, policies } from '@holdfast/core'
import { sharedRegistry } from '@holdfast/fixtures/shared-registry'
import { countCollected, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { limiting, passing } from './layers.ts'

const namesOf = (prefix: string): string[] =>
  [...policies()].map(({ name }) => name).filter(name => name.startsWith(prefix))

async function usePolicies(prefix: string): Promise<void> {
  for (let number = 1; number <= 10; number++) {
    const layers = pipeline(
      passing({ name: `${prefix} member ${number}` }),
      limiting({ limitMs: 60_000, name: `${prefix} limit ${number}` }),
      { name: `${prefix} ${number}` },
    )
    layers.subscribe(() => {})
    await layers.run(() => 'up', { signal: new AbortController().signal, timeoutMs: 60_000 })
  }
}

describe('policies', () => {
  it('lists the policies and pipelines of the process, in the order in which they were made', () => {
    const held = [passing({ name: 'listed 1' }), passing({ name: 'listed 2' })]
    const layers = pipeline(...held, { name: 'listed 3' })

    expect(namesOf('listed')).toEqual(['listed 1', 'listed 2', 'listed 3'])
    expect([...policies()]).toEqual(expect.arrayContaining([...held, layers]))
  })

  it('does not keep alive what nobody holds, although it was run, listened to and observed', async () => {
    const stop = observe({ event: () => {} })
    await usePolicies('dropped')
    stop()

    await countCollected([])

    expect(namesOf('dropped')).toEqual([])
    await virtualClock().settle()
    expect(namesOf('dropped')).toEqual([])
  })

  it('still lists what somebody holds when others have been dropped', async () => {
    const held = passing({ name: 'held' })
    await usePolicies('other')

    await countCollected([])

    expect(namesOf('held')).toEqual([held.name])
    expect(namesOf('other')).toEqual([])
  })

  it('lists a policy of which somebody holds no more than its `run`', async () => {
    const { run } = passing({ name: 'taken apart' })

    await countCollected([])

    expect(namesOf('taken apart')).toEqual(['taken apart'])
    expect(await run(() => 'up')).toBe('up')
  })

  it('forgets even that there were those that nobody holds', async () => {
    const { references } = sharedRegistry()['policies'] as { readonly references: ReadonlySet<object> }
    await countCollected([])
    await virtualClock().settle()
    const before = references.size
    await usePolicies('forgotten')
    const known = references.size

    await countCollected([])
    // The platform tells of what it has freed a little later, in tasks of its own.
    while (references.size > before) await virtualClock().settle()

    expect(known).toBe(before + 30)
    expect(references.size).toBe(before)
  })
})
