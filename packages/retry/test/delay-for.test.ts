import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, type FailedAttempt, retry } from '@holdfast/retry'
import { rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { callTimes, errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 100, jitter: 'none' })

/** What a server answers that names its own delay. */
class Busy extends Error {
  readonly retryAfterMs: number
  constructor(retryAfterMs: number) {
    super(`busy, come back in ${retryAfterMs} ms`)
    this.retryAfterMs = retryAfterMs
  }
}

const retryAfter = ({ error }: FailedAttempt): number | undefined =>
  error instanceof Busy ? error.retryAfterMs : undefined

describe('delayFor', () => {
  it('puts the delay of an error in place of the backoff', async () => {
    const clock = virtualClock()
    const operation = failing(clock, [new Busy(3_000), new Busy(0)], 'product')

    const answer = retry({ clock, backoff, delayFor: retryAfter }).run(operation)
    await clock.runAll()
    await answer

    // A timer of 0 ms runs after 1 ms, on every platform.
    expect(callTimes(operation)).toEqual([0, 3_000, 3_001])
  })

  it('leaves the delay to the backoff by undefined', async () => {
    const clock = virtualClock()
    const operation = failing(clock, [new Error('reset'), new Busy(3_000)], 'product')

    const answer = retry({ clock, backoff, delayFor: retryAfter }).run(operation)
    await clock.runAll()
    await answer

    expect(callTimes(operation)).toEqual([0, 100, 3_100])
  })

  it('is told the error, the attempt, the delay of the backoff and the call', async () => {
    const clock = virtualClock()
    const told: unknown[] = []
    const context = { tenant: 'north' }
    const failures = errors(2)

    const answer = retry({
      clock,
      backoff: ({ attempt }) => attempt * 10,
      delayFor: ({ error, attempt, delayMs, call }) => {
        told.push([error, attempt, delayMs, call.context])
        return undefined
      },
    }).run(failing(clock, failures, 'product'), { context })
    await clock.runAll()
    await answer

    expect(told).toEqual([
      [failures[0], 1, 10, context],
      [failures[1], 2, 20, context],
    ])
  })

  it('is told a result that was judged a failure', async () => {
    const clock = virtualClock()
    const operation = scripted([resolves({ status: 503, retryAfterMs: 700 }), resolves({ status: 200 })], { clock })

    const answer = retry({
      clock,
      backoff,
      handlesResult: ({ status }: { status: number }) => status === 503,
      delayFor: ({ result }) => (result as { retryAfterMs: number }).retryAfterMs,
    }).run(operation)
    await clock.runAll()

    expect(await answer).toEqual({ status: 200 })
    expect(callTimes(operation)).toEqual([0, 700])
  })

  it('decides the delay that the next backoff is told', async () => {
    const clock = virtualClock()
    const previous: unknown[] = []

    const answer = retry({
      clock,
      delayFor: retryAfter,
      backoff: ({ previousMs }) => {
        previous.push(previousMs)
        return 5
      },
    }).run(failing(clock, [new Busy(900), new Error('reset')], 'product'))
    await clock.runAll()
    await answer

    expect(previous).toEqual([undefined, 900])
  })

  it('waits for a Retry-After that ends before the deadline', async () => {
    const clock = virtualClock()
    const operation = failing(clock, [new Busy(4_999)], 'product')

    const answer = retry({ clock, backoff, delayFor: retryAfter }).run(operation, { timeoutMs: 5_000 })
    await clock.runAll()

    expect(await answer).toBe('product')
    expect(callTimes(operation)).toEqual([0, 4_999])
  })

  it('that names more than a timer holds ends the run: it does not fire at once', async () => {
    const clock = virtualClock()
    const busy = new Busy(Infinity)

    const rejection = await rejectionOf(retry({ clock, backoff, delayFor: retryAfter }).run(failing(clock, [busy])))

    expect(rejection).toBe(busy)
  })

  it.each([
    [-1, RangeError, '-1'],
    [Number.NaN, RangeError, 'NaN'],
    ['3', TypeError, '"3"'],
    [{}, TypeError, 'an object'],
  ])('that says %s rejects the run', async (said, ErrorClass, shown) => {
    const clock = virtualClock()
    const message = `retry: delayFor must say a number of milliseconds, at least 0, got ${shown}`

    const rejection = await rejectionOf(
      retry({ clock, backoff, delayFor: () => said as number }).run(scripted([rejects(new Error('reset'))], { clock })),
    )

    expect(rejection).toEqual(new ErrorClass(message))
  })

  it('that throws rejects the run with what it threw', async () => {
    const clock = virtualClock()
    const fault = new Error('fault of delayFor')
    const policy = retry({
      clock,
      backoff,
      delayFor: () => {
        throw fault
      },
    })

    expect(await rejectionOf(policy.run(failing(clock, errors(1))))).toBe(fault)
  })
})
