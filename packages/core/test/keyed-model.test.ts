import type { Standing } from '@holdfast/core/kernel'
import { begin, type Pending } from '@holdfast/fixtures/pending'
import { record, type VirtualClock, virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contextOf } from './call-key.ts'
import { NaiveKeyed, type Place } from './naive-keyed.ts'
import { type StandingByKey, standingByKey } from './standing-by-key.ts'

type Step =
  | { readonly does: 'call'; readonly key: string; readonly standing: Standing }
  | { readonly does: 'begin'; readonly key: string; readonly isDeaf: boolean }
  | { readonly does: 'end'; readonly which: number; readonly how: 'succeed' | 'fail' }
  | { readonly does: 'leave'; readonly which: number }
  | { readonly does: 'refuseNext' | 'tell' }

const longKey = 'x'.repeat(1_025)
const keys = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'overflow') },
  { weight: 1, arbitrary: fc.constant(longKey) },
)

const steps = fc.array(
  fc.oneof<{ arbitrary: fc.Arbitrary<Step>; weight: number }[]>(
    {
      weight: 6,
      arbitrary: fc.record({
        does: fc.constant('call'),
        key: keys,
        standing: fc.constantFrom<Standing>('idle', 'idle', 'open', 'busy'),
      }),
    },
    { weight: 4, arbitrary: fc.record({ does: fc.constant('begin'), key: keys, isDeaf: fc.boolean() }) },
    {
      weight: 4,
      arbitrary: fc.record({
        does: fc.constant('end'),
        which: fc.nat(),
        how: fc.constantFrom('succeed' as const, 'fail' as const),
      }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('leave'), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('refuseNext' as const, 'tell' as const) }) },
  ),
  { maxLength: 80, size: 'max' },
)

const notNow = new Error('not now')

/** A call that goes on, and its place in the model. */
interface Going {
  readonly place: Place
  readonly isDeaf: boolean
  readonly controller: AbortController
  readonly work: Pending
  readonly answers: unknown[]
  answer: unknown
}

/** Takes the same steps with both. */
class Play {
  readonly clock: VirtualClock = virtualClock()
  readonly real: StandingByKey
  readonly model: NaiveKeyed
  private refusesNext = false
  private going: Going[] = []

  constructor(maxKeys: number) {
    const making = (): void => {
      const isRefused = this.refusesNext
      this.refusesNext = false
      if (isRefused) throw notNow
    }
    this.real = standingByKey({ maxKeys, clock: this.clock, making })
    this.model = new NaiveKeyed(maxKeys)
  }

  async take(step: Step): Promise<void> {
    const going = 'which' in step ? this.going[step.which % Math.max(1, this.going.length)] : undefined
    if (step.does === 'call') await this.call(step.key, step.standing)
    if (step.does === 'begin') this.begin(step.key, step.isDeaf)
    if (step.does === 'end' && going !== undefined) this.end(going, step.how)
    if (step.does === 'leave' && going !== undefined) this.leave(going)
    if (step.does === 'refuseNext') this.refusesNext = this.model.refusesNext = true
    if (step.does === 'tell') this.tell()
    await this.clock.settle()
    expect(this.going.map(({ answers }) => answers)).toEqual(this.going.map(({ answer }) => answer ?? []))
  }

  /** A call that leaves the policy of its key as it says. */
  private async call(key: string, standing: Standing): Promise<void> {
    const place = this.model.enter(key)
    const isOverflow = place?.key === 'overflow' && !this.model.places.includes(place)
    const operation = (): string => {
      const policy = this.real.perKey.get(key)
      if (policy !== undefined && !isOverflow) this.real.stand(policy, standing)
      return 'up'
    }
    const answer = this.real.perKey.run(operation, { context: contextOf(key) }).catch((error: unknown) => error)
    expect(await answer).toBe(place === undefined ? notNow : 'up')
    if (place === undefined) return
    if (!isOverflow) place.standing = standing
    this.model.leave(place)
  }

  private begin(key: string, isDeaf: boolean): void {
    const place = this.model.enter(key)
    const controller = new AbortController()
    const answers: unknown[] = []
    const work = begin(this.real.perKey, { context: contextOf(key), signal: controller.signal })
    if (!isDeaf) controller.signal.addEventListener('abort', () => void work.fail('left'))
    const hear = (answer: unknown): unknown => answers.push(answer)
    work.answer.then(hear, hear)
    if (place !== undefined) this.going.push({ place, isDeaf, controller, work, answers, answer: undefined })
  }

  private end(going: Going, how: 'succeed' | 'fail'): void {
    this.going = this.going.filter(other => other !== going)
    this.model.leave(going.place)
    void going.work[how]()
  }

  /** The caller is answered at once; work that does not listen goes on. */
  private leave(going: Going): void {
    going.answer = ['enough']
    going.controller.abort('enough')
    if (going.isDeaf) return
    this.going = this.going.filter(other => other !== going)
    this.model.leave(going.place)
  }

  /** All that were ever made speak. */
  private tell(): void {
    for (const number of this.model.heard.toSorted((one, other) => one - other)) this.model.told.push(`told ${number}`)
    for (const [number, policy] of this.real.made.entries()) policy.tell(`told ${number}`)
  }
}

describe('keyed', () => {
  it('does the same as a list that is searched from the begin', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (maxKeys, sequence) => {
        const play = new Play(maxKeys)
        const { perKey, made } = play.real
        const recording = record(perKey)

        for (const step of sequence) {
          await play.take(step)

          const told = recording.events.map(event => {
            if ('word' in event) return event.word
            return event.type.slice('keyed.'.length) + ('wasOpen' in event && event.wasOpen ? ' open' : '')
          })
          const entries = [...perKey.entries()].map(([key, policy]) => [key, made.indexOf(policy)])
          expect(told).toEqual(play.model.told)
          expect(entries).toEqual(play.model.entries)
          expect([perKey.size, ...entries.map(([key]) => made.indexOf(perKey.get(key as string) as never))]).toEqual([
            play.model.places.length,
            ...play.model.entries.map(([, number]) => number),
          ])
          recording.clear()
          play.model.told = []
        }
      }),
      { numRuns: 150 },
    )
  })
})
