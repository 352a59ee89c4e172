import type { Keyed } from '@holdfast/core'
import type { Standing } from '@holdfast/core/kernel'
import { record } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { begin, contextOf, keysOf, tellingByKey } from './call-key.ts'
import type { Telling } from './layers.ts'

interface Place {
  readonly key: string
  standing: Standing
  inFlight: number
}

/** What keyed is, said in the simplest way: a list, least recently used first, that is searched from the begin. */
class Model {
  places: Place[] = []
  readonly told: string[] = []
  readonly maxKeys: number

  constructor(maxKeys: number) {
    this.maxKeys = maxKeys
  }

  enter(key: string): Place | undefined {
    const place = this.places.find(other => other.key === key) ?? this.add(key)
    if (place !== undefined) place.inFlight++
    return place
  }

  leave(place: Place | undefined): void {
    if (place === undefined || --place.inFlight > 0) return
    this.places = [...this.places.filter(other => other !== place), place]
  }

  private add(key: string): Place | undefined {
    if (this.places.length === this.maxKeys && !this.drop('idle') && !this.drop('open')) {
      this.told.push('keyed.overflowed')
      return undefined
    }
    const place: Place = { key, standing: 'idle', inFlight: 0 }
    this.places.push(place)
    return place
  }

  private drop(standing: Standing): boolean {
    const dropped = this.places.find(place => place.inFlight === 0 && place.standing === standing)
    if (dropped === undefined) return false
    this.told.push(standing === 'open' ? 'keyed.evicted open' : 'keyed.evicted')
    this.places = this.places.filter(place => place !== dropped)
    return true
  }
}

type Step =
  | { readonly key: string; readonly standing: Standing }
  | { readonly begin: string }
  | { readonly end: number }

const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g')
const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ key: keys, standing: fc.constantFrom<Standing>('idle', 'open', 'busy') }),
    fc.record({ begin: keys }),
    fc.record({ end: fc.nat({ max: 5 }) }),
  ),
  { maxLength: 60, size: 'max' },
)

/** Takes the same steps with both. */
class Play {
  readonly standings = new Map<string, Standing>()
  readonly perKey: Keyed<string, Telling>
  readonly model: Model
  private readonly running: { readonly place: Place | undefined; readonly end: () => Promise<void> }[] = []

  constructor(maxKeys: number) {
    this.perKey = tellingByKey({ maxKeys }, this.standings)
    this.model = new Model(maxKeys)
  }

  async take(step: Step): Promise<void> {
    if ('begin' in step) this.begin(step.begin)
    else if ('end' in step) await this.end(step.end)
    else await this.run(step.key, step.standing)
    const places = new Set(this.model.places.map(place => place.key))
    for (const dropped of this.standings.keys()) if (!places.has(dropped)) this.standings.delete(dropped)
  }

  /** A call that leaves the policy of its key as it says. */
  private async run(key: string, standing: Standing): Promise<void> {
    const place = this.model.enter(key)
    await this.perKey.run(
      () => {
        if (place === undefined) return
        place.standing = standing
        this.standings.set(key, standing)
      },
      { context: contextOf(key) },
    )
    this.model.leave(place)
  }

  private begin(key: string): void {
    const place = this.model.enter(key)
    this.running.push({ place, end: begin(this.perKey, key) })
  }

  private async end(number: number): Promise<void> {
    const [running] = this.running.splice(number % Math.max(1, this.running.length), 1)
    await running?.end()
    this.model.leave(running?.place)
  }
}

describe('keyed', () => {
  it('does the same as a list that is searched from the begin', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (maxKeys, sequence) => {
        const play = new Play(maxKeys)
        const recording = record(play.perKey)

        for (const step of sequence) {
          await play.take(step)

          const told = recording.events.map(event =>
            'wasOpen' in event && event.wasOpen ? `${event.type} open` : event.type,
          )
          expect(told).toEqual(play.model.told)
          expect(keysOf(play.perKey).toSorted()).toEqual(play.model.places.map(place => place.key).toSorted())
        }
      }),
      { numRuns: 200 },
    )
  })
})
