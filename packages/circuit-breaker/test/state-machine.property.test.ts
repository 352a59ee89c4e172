import { type CircuitBreaker, circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { begin, type Pending } from '@holdfast/fixtures/pending'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type NaiveCall, NaiveCircuit } from './naive-circuit.ts'

type End = 'success' | 'failure' | 'ignored' | 'abort'
type Step =
  | { readonly does: 'run' | 'acquire' | 'isolate' | 'close' }
  | { readonly does: 'end'; readonly which: number; readonly end: End }
  | { readonly does: 'advance' | 'jump'; readonly ms: number }

/** A call that was let through, and the same in the model. */
interface Both {
  readonly end: (how: End) => unknown
  readonly naive: NaiveCall
}

const ignored = new Error('ignored')

const options = fc.record({
  failures: fc.integer({ min: 1, max: 3 }),
  openMs: fc.constantFrom(0, 40, 100),
  probes: fc.integer({ min: 1, max: 3 }),
  successThreshold: fc.integer({ min: 1, max: 3 }),
  failureThreshold: fc.integer({ min: 1, max: 3 }),
  probeTimeoutMs: fc.constantFrom(30, 70),
})

const ends = fc.constantFrom<End>('success', 'success', 'failure', 'failure', 'failure', 'ignored', 'abort')

const stepOf = (members: { [Member in string]: fc.Arbitrary<unknown> }): fc.Arbitrary<Step> =>
  fc.record(members) as fc.Arbitrary<unknown> as fc.Arbitrary<Step>

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: stepOf({ does: fc.constantFrom('run', 'run', 'acquire') }) },
    { weight: 6, arbitrary: stepOf({ does: fc.constant('end'), which: fc.nat(), end: ends }) },
    { weight: 3, arbitrary: stepOf({ does: fc.constant('advance'), ms: fc.nat(60) }) },
    { weight: 1, arbitrary: stepOf({ does: fc.constant('jump'), ms: fc.integer({ min: -200, max: 200 }) }) },
    { weight: 1, arbitrary: stepOf({ does: fc.constantFrom('isolate', 'close', 'close') }) },
  ),
  { maxLength: 80, size: 'max' },
)

/** Plays steps on a breaker and on the model of it side by side. */
class Play {
  readonly breaker: CircuitBreaker
  readonly model: NaiveCircuit
  readonly clock: VirtualClock
  private readonly going: Both[] = []

  constructor(breaker: CircuitBreaker, model: NaiveCircuit, clock: VirtualClock) {
    this.breaker = breaker
    this.model = model
    this.clock = clock
  }

  async step(step: Step): Promise<void> {
    switch (step.does) {
      case 'run':
        return this.run()
      case 'acquire':
        return this.acquire()
      case 'end':
        return this.end(step.which, step.end)
      case 'advance':
        this.model.advance(step.ms)
        return this.clock.advance(step.ms)
      case 'jump':
        this.model.jump(step.ms)
        return this.clock.jump(step.ms)
      case 'isolate':
      case 'close':
        this.model[step.does]()
        return this.breaker[step.does]()
    }
  }

  async endAll(): Promise<void> {
    while (this.going.length > 0) await this.end(0, 'ignored')
  }

  private async run(): Promise<void> {
    const controller = new AbortController()
    const naive = this.model.admit()
    const pending = begin(this.breaker, { signal: controller.signal })
    if (naive !== undefined) this.going.push({ naive, end: how => endCall(pending, controller, how) })
    else await expect(pending.answer).rejects.toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
  }

  private acquire(): void {
    const naive = this.model.admit()
    const permit = this.breaker.tryAcquire()
    expect(permit !== undefined).toBe(naive !== undefined)
    if (naive === undefined || permit === undefined) return
    const functions = { success: permit.success, failure: permit.failure, ignored: permit.ignore, abort: permit.ignore }
    this.going.push({ naive, end: how => functions[how]() })
  }

  private async end(which: number, how: End): Promise<void> {
    const [call] = this.going.splice(which % Math.max(1, this.going.length), 1)
    if (call === undefined) return
    this.model.settle(call.naive, how === 'abort' ? 'ignored' : how)
    await call.end(how)
  }
}

async function endCall(pending: Pending, controller: AbortController, how: End): Promise<void> {
  if (how === 'success') await pending.succeed()
  else if (how === 'abort') controller.abort(ignored)
  await pending.fail(how === 'ignored' ? ignored : new Error('down'))
}

describe('circuit breaker', () => {
  it('does what the naive model does, in whatever order things happen', async () => {
    await fc.assert(
      fc.asyncProperty(options, steps, async (given, todo) => {
        const { failures, openMs, ...halfOpen } = given
        const clock = virtualClock()
        const ignores = ({ error }: { readonly error: unknown }): boolean => error === ignored
        const trip = consecutiveFailures(failures)
        const breaker = circuitBreaker({ clock, trip, openMs, halfOpen, ignores, random: () => 1 })
        const play = new Play(breaker, new NaiveCircuit(given), clock)

        for (const step of todo) {
          await play.step(step)
          expect(breaker.state).toBe(play.model.state)
        }

        await play.endAll()
        expect(breaker.snapshot().trips).toBe(play.model.trips)
        expect(clock.pendingTimers).toBe(0)
      }),
      { numRuns: 500 },
    )
  })
})
