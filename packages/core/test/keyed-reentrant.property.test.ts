import { type Keyed, keyed, observe, type Policy } from '@holdfast/core'
import { virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { contextOf, keyOf } from './call-key.ts'
import { passing, tapping } from './layers.ts'

/** Longer than a key may be that has a policy of its own. */
const longKey = 'x'.repeat(1_025)

interface Act {
  readonly does: 'call' | 'begin' | 'end' | 'throw' | 'nothing'
  readonly key: string
  readonly which: number
}

const actsOf = (maxLength: number, ...does: Act['does'][]): fc.Arbitrary<Act[]> => {
  const key = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e') },
    { weight: 1, arbitrary: fc.constant('long') },
  )
  return fc.array(fc.record({ does: fc.constantFrom(...does), key, which: fc.nat() }), { maxLength, size: 'max' })
}

/** A call that goes on. */
interface Going {
  readonly key: string
  readonly through: Policy | undefined
  readonly end: () => void
}

/** A keyed in use. What `make` and listeners do when they are called is `replies`, one after the other. */
class Play {
  readonly clock = virtualClock()
  readonly perKey: Keyed<string, Policy>
  readonly shared = new Set<Policy | undefined>()
  replies: Act[]
  going: Going[] = []
  most = 0
  private through: Policy | undefined
  private readonly overflows = new Set<Policy | undefined>()

  constructor(maxKeys: number, replies: readonly Act[]) {
    this.replies = [...replies]
    const make = (): Policy => {
      this.reply()
      const policy: Policy = tapping(
        () => {
          this.through = policy
        },
        { clock: this.clock },
      )
      return policy
    }
    this.perKey = keyed({ by: keyOf, make, makeOverflow: () => this.share(make()), maxKeys, clock: this.clock })
    this.perKey.subscribe(() => this.reply())
  }

  /** Calls whose key has lost the policy that they go through. */
  get robbed(): string[] {
    const own = this.going.filter(({ through }) => !this.overflows.has(through))
    return own.filter(({ key, through }) => this.perKey.get(key) !== through).map(({ key }) => key)
  }

  act({ does, key, which }: Act): void {
    if (does === 'call') this.run(key, () => 'up')
    if (does === 'begin') this.begin(key)
    if (does === 'end') this.going.splice(which % Math.max(1, this.going.length), 1)[0]?.end()
    this.most = Math.max(this.most, this.perKey.size)
    if (does === 'throw') throw new Error('not now')
  }

  private begin(key: string): void {
    this.run(
      key,
      () =>
        new Promise<void>(resolve => {
          this.going.push({ key, through: this.through, end: resolve })
        }),
    )
  }

  private run(key: string, operation: () => unknown): void {
    const watched = (): unknown => {
      if (this.overflows.has(this.through)) this.shared.add(this.through)
      return operation()
    }
    this.perKey.run(watched, { context: contextOf(key === 'long' ? longKey : key) }).catch(() => {})
  }

  private share(policy: Policy): Policy {
    this.overflows.add(policy)
    return policy
  }

  private reply(): void {
    const reply = this.replies.shift()
    if (reply !== undefined) this.act(reply)
  }
}

describe('keyed', () => {
  it('stays within its bound for ever when a listener runs it for another key whenever one is dropped', async () => {
    const perKey = keyed({ by: keyOf, make: () => passing(), maxKeys: 1 })
    const run = (key: string): Promise<string> => perKey.run(() => 'up', { context: contextOf(key) })
    let heard = 0
    perKey.subscribe(({ type }) => type === 'keyed.evicted' && ++heard % 2 === 1 && run(`of a listener ${heard}`))

    const sizes: number[] = []
    for (let number = 0; number < 10; number++) {
      await run(`key ${number}`)
      sizes.push(perKey.size)
    }

    expect(sizes).toEqual(Array.from({ length: 10 }, () => 1))
  })

  it('shares one overflow policy although `makeOverflow` runs it', async () => {
    const through = vi.fn()
    const run = (): Promise<string> => perKey.run(() => 'up', { context: contextOf(longKey) })
    const makeOverflow = vi.fn((): Policy => {
      if (makeOverflow.mock.calls.length === 1) void run()
      const policy: Policy = tapping(() => through(policy))
      return policy
    })
    const perKey: Keyed<string, Policy> = keyed({ by: keyOf, make: () => passing(), makeOverflow })

    await run()
    await run()

    expect(through).toHaveBeenCalledTimes(3)
    expect(new Set(through.mock.calls.flat()).size).toBe(1)
  })

  it('keeps to its bound, takes nothing from a call, and shares one policy, whatever `make` and listeners do', async () => {
    onTestFinished(observe({ fault: () => {} }))
    const acts = actsOf(40, 'call', 'begin', 'begin', 'end')
    const replies = actsOf(30, 'call', 'begin', 'begin', 'end', 'throw', 'nothing')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), acts, replies, async (maxKeys, todo, answers) => {
        const play = new Play(maxKeys, answers)

        for (const act of todo) {
          play.act(act)
          expect(play.robbed).toEqual([])
          await play.clock.settle()
          expect(play.robbed).toEqual([])
        }
        play.replies = []
        for (const { end } of play.going) end()
        await play.clock.settle()
        await play.perKey.run(() => 'up', { context: contextOf('another') })

        expect(play.most).toBeLessThanOrEqual(maxKeys)
        expect(play.shared.size).toBeLessThanOrEqual(1)
        expect(play.perKey.get('another')).toBeDefined()
      }),
      { numRuns: 200 },
    )
  })
})
