import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitSnapshot,
  circuitBreaker,
} from '@holdfast/circuit-breaker'
import { record, virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brittle } from './brittle.ts'
import { overTheWire } from './snapshots.ts'

const START_MS = virtualClock().epochMs()

const openUntil = fc.oneof(
  fc.integer({ min: START_MS - 3_000, max: START_MS + 3_000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(null),
)

const understood: fc.Arbitrary<CircuitSnapshot> = fc
  .record({
    version: fc.constant(1 as const),
    state: fc.constantFrom('closed', 'open', 'open', 'isolated'),
    openUntilEpochMs: openUntil,
    trips: fc.oneof(fc.nat(5), fc.integer({ min: 0 })),
    reason: fc.option(fc.string({ unit: 'binary', maxLength: 200, size: 'max' })),
  })
  .map(({ reason, ...snapshot }) => ({ ...snapshot, reason: snapshot.state === 'isolated' ? reason : null }))

/** Each of them is wrong somewhere. */
const broken = fc
  .tuple(
    understood,
    fc.oneof(
      fc.record({ version: fc.jsonValue().filter(version => version !== 1) }),
      fc.record({ state: fc.jsonValue().filter(state => !['closed', 'open', 'isolated'].includes(state as string)) }),
      fc.record({ openUntilEpochMs: fc.jsonValue().filter(ms => typeof ms !== 'number' && ms !== null) }),
      fc.record({
        trips: fc.oneof(fc.jsonValue(), fc.double()).filter(trips => !Number.isSafeInteger(trips) || Number(trips) < 0),
      }),
      fc.record({ reason: fc.jsonValue().filter(reason => typeof reason !== 'string' && reason !== null) }),
      fc
        .constantFrom('version', 'state', 'openUntilEpochMs', 'trips', 'reason')
        .map(missing => ({ [missing]: undefined })),
    ),
  )
  .map(([snapshot, wrong]): unknown => ({ ...snapshot, ...wrong }))

const options: fc.Arbitrary<CircuitBreakerOptions> = fc.record({
  openMs: fc.constantFrom(0, 1_000, Infinity, ({ trips }: { readonly trips: number }) => 100 * 2 ** trips),
})

type Step = 'succeed' | 'fail' | 'close' | number

const steps = fc.array(
  fc.oneof(fc.constantFrom<Step>('succeed', 'fail', 'close'), fc.constantFrom<Step>(0, 1, 300, 1_000)),
  { maxLength: 30, size: 'max' },
)

/** What a breaker is and tells from now on. */
function historyOf(breaker: CircuitBreaker): unknown[] {
  const history: unknown[] = [breaker.state]
  breaker.subscribe(({ policy: _policy, ...facts }) => history.push(facts))
  return history
}

/** Takes a step, and looks what has become of the breaker. */
function act(breaker: CircuitBreaker, step: Step): unknown {
  if (step === 'close') breaker.close()
  else if (step === 'fail') breaker.tryAcquire()?.failure()
  else if (step === 'succeed') breaker.tryAcquire()?.success()
  return breaker.snapshot()
}

describe('restore of a circuit breaker', () => {
  it('makes an equal breaker of any snapshot, and the snapshot of that another one', async () => {
    await fc.assert(
      fc.asyncProperty(understood, options, steps, async (restore, given, todo) => {
        const clock = virtualClock()
        const once = brittle(clock, { ...given, restore: overTheWire(restore) })
        const twice = brittle(clock, { ...given, restore: overTheWire(once.snapshot()) })
        const histories = [historyOf(once), historyOf(twice)] as const

        for (const step of todo) {
          if (typeof step === 'number') await clock.advance(step)
          for (const [index, breaker] of [once, twice].entries()) histories[index]?.push(act(breaker, step))
        }
        await clock.settle()

        expect(histories[0][0]).toBe(restore.state)
        expect(histories[1]).toEqual(histories[0])
      }),
      { numRuns: 300 },
    )
  })

  it('never leaves a circuit open for longer than it could have been opened', () => {
    fc.assert(
      fc.property(understood, restore => {
        const clock = virtualClock()
        const breaker = brittle(clock, { openMs: 1_000, restore: { ...restore, state: 'open' } })

        clock.jump(1_000)
        const probe = breaker.tryAcquire()

        expect(probe).toBeDefined()
        expect(breaker.state).toBe('halfOpen')
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['any JSON', fc.jsonValue()],
    ['anything at all but undefined', fc.anything().filter(value => value !== undefined)],
    ['a snapshot with one thing wrong', broken],
  ])('starts closed, tells so, and works, for what it does not understand: %s', async (_, garbage) => {
    await fc.assert(
      fc.asyncProperty(garbage, async restore => {
        const clock = virtualClock()
        const breaker = circuitBreaker({ clock, restore })
        const recording = record(breaker)
        const before = breaker.state
        await clock.settle()
        for (let failure = 0; failure < 5; failure++) breaker.record('failure')

        expect(before).toBe('closed')
        expect(recording.types).toEqual(['circuit.restoreFailed', 'circuit.opened'])
        expect(breaker.snapshot()).toMatchObject({ trips: 1 })
      }),
      { numRuns: 300 },
    )
  })
})
