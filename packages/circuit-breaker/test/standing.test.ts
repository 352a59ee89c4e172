import { keyed } from '@holdfast/core'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle } from './brittle.ts'

interface Keyed {
  readonly key: string
}

/** A breaker for each key, in room for so many. */
function perKey(maxKeys: number): (key: string, operation?: () => unknown) => Promise<string[]> {
  const clock = virtualClock()
  const by = ({ context }: { readonly context: object }): string => (context as Keyed).key
  const policies = keyed({ clock, maxKeys, by, make: () => brittle(clock) })
  return async (key, operation = () => 'up') => {
    await policies.run(operation, { context: { key } }).catch(() => {})
    return [...policies.entries()].map(([kept]) => kept)
  }
}

const down = (): never => {
  throw new Error('down')
}

describe('a circuit breaker inside keyed', () => {
  it('makes room while it is closed, before one that is open', async () => {
    const run = perKey(2)
    await run('open', down)
    await run('closed')

    const keys = await run('new')

    expect(keys).toEqual(['open', 'new'])
  })

  it('makes room although it is open, where no other can', async () => {
    const run = perKey(1)
    await run('open', down)

    const keys = await run('new')

    expect(keys).toEqual(['new'])
  })
})
