import type { Standing } from '@holdfast/core/kernel'
import { record, virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { begin, contextOf, keysOf, touch } from './call-key.ts'
import type { Telling } from './layers.ts'
import { type StandingByKey, standingByKey } from './standing-by-key.ts'

type Step =
  | { readonly does: 'call' | 'begin'; readonly key: string }
  | { readonly does: 'end'; readonly which: number }
  | { readonly does: 'stand'; readonly which: number; readonly standing: Standing }

const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e')

/** A circuit that is closed by hand, or a permit that comes back, changes where a policy stands, and is no use of it. */
const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ does: fc.constantFrom('call' as const, 'call' as const, 'begin' as const), key: keys }),
    fc.record({ does: fc.constant('end'), which: fc.nat() }),
    fc.record({
      does: fc.constant('stand'),
      which: fc.nat(),
      standing: fc.constantFrom<Standing>('idle', 'open', 'open'),
    }),
    fc.record({
      does: fc.constant('stand'),
      which: fc.nat(),
      standing: fc.constantFrom<Standing>('idle', 'open', 'busy'),
    }),
  ),
  { maxLength: 60, size: 'max' },
)

type Room = Standing | 'free'

interface Found {
  readonly key: string
  readonly standing: Standing
}

class Play {
  readonly real: StandingByKey
  readonly clock = virtualClock()
  private going: { readonly key: string; readonly isShared: boolean; readonly end: () => Promise<void> }[] = []

  constructor(maxKeys: number) {
    this.real = standingByKey({ maxKeys, clock: this.clock, making: () => {} })
  }

  /** All keys, and how those who look for room would find them. */
  get found(): Found[] {
    const inFlight = this.going.filter(({ isShared }) => !isShared).map(({ key }) => key)
    return [...this.real.perKey.entries()].map(([key, policy]) => ({
      key,
      standing: inFlight.includes(key) ? 'busy' : this.real.standingOf(policy),
    }))
  }

  async take(step: Step): Promise<void> {
    const { perKey } = this.real
    if (step.does === 'call') await perKey.run(() => 'up', { context: contextOf(step.key) })
    if (step.does === 'begin') {
      const end = begin(perKey, step.key)
      this.going.push({ key: step.key, isShared: perKey.get(step.key) === undefined, end })
    }
    if (step.does === 'end') await this.going.splice(step.which % Math.max(1, this.going.length), 1)[0]?.end()
    if (step.does === 'stand') this.stand(step.which, step.standing)
  }

  private stand(which: number, standing: Standing): void {
    const policies = [...this.real.perKey.entries()].map(([, policy]) => policy)
    const policy = policies[which % Math.max(1, policies.length)]
    if (policy !== undefined) this.real.stand(policy, standing)
  }
}

/** Where room is found for the key of a step: with the best that stand there, if it needs any. */
function roomFor(step: Step, before: readonly Found[], maxKeys: number): Room {
  const isNew = (step.does === 'call' || step.does === 'begin') && before.every(({ key }) => key !== step.key)
  if (!isNew || before.length < maxKeys) return 'free'
  const standings = before.map(({ standing }) => standing)
  return (['idle', 'open', 'busy'] as const).find(standing => standings.includes(standing)) as Room
}

/** The events of each. */
const told: Readonly<Record<Room, readonly unknown[]>> = {
  free: [],
  idle: [false],
  open: [true],
  busy: ['keyed.overflowed'],
}

describe('keyed', () => {
  it('drops a policy that has become idle since it was found open before one that is still open', async () => {
    const { perKey, stand } = standingByKey({ maxKeys: 3, clock: virtualClock(), making: () => {} })
    await touch(perKey, 'a', 'b', 'c')
    for (const key of ['a', 'b']) stand(perKey.get(key) as Telling, 'open')
    await touch(perKey, 'd')
    stand(perKey.get('b') as Telling, 'idle')
    const end = begin(perKey, 'd')

    await touch(perKey, 'e')

    expect(keysOf(perKey)).toEqual(['a', 'd', 'e'])
    await end()
  })

  it('drops no busy policy, and an open one only where none is idle, however policies come to stand so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (maxKeys, sequence) => {
        const play = new Play(maxKeys)
        const recording = record(play.real.perKey)

        for (const step of sequence) {
          const before = play.found
          await play.take(step)

          const expected = roomFor(step, before, maxKeys)
          const dropped = before.filter(({ key }) => play.real.perKey.get(key) === undefined)
          expect(dropped.map(({ standing }) => standing)).toEqual(
            expected === 'idle' || expected === 'open' ? [expected] : [],
          )
          expect(recording.events.map(event => ('wasOpen' in event ? event.wasOpen : event.type))).toEqual(
            told[expected],
          )
          expect(play.real.perKey.size).toBeLessThanOrEqual(maxKeys)
          recording.clear()
        }
      }),
      { numRuns: 400 },
    )
  })
})
