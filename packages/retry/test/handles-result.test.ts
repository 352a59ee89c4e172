import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, permanent, retry } from '@holdfast/retry'
import { record, rejects, resolves, returns, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { callTimes } from './failures.ts'

interface Reply {
  readonly status: number
}

const backoff = constant({ delayMs: 100, jitter: 'none' })
const handlesResult = ({ status }: Reply): boolean => status >= 500
const [unavailable, stillUnavailable, ok]: Reply[] = [{ status: 503 }, { status: 504 }, { status: 200 }]

describe('handlesResult', () => {
  it('retries a result that it judges a failure', async () => {
    const clock = virtualClock()
    const operation = scripted([resolves(unavailable), returns(stillUnavailable), resolves(ok)], { clock })

    const answer = retry({ clock, backoff, handlesResult }).run(operation)
    await clock.runAll()

    expect(await answer).toBe(ok)
    expect(callTimes(operation)).toEqual([0, 100, 200])
  })

  it('is asked once about a first result that is fine', async () => {
    const clock = virtualClock()
    const asked: unknown[] = []
    const policy = retry({ clock, backoff, handlesResult: result => asked.push(result) > 1 })

    const answer = await policy.run(scripted([resolves(ok)], { clock }))

    expect(answer).toBe(ok)
    expect(asked).toEqual([ok])
  })

  it('returns the last result after the last attempt', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff, handlesResult, maxAttempts: 2 })
    const recording = record(policy)

    const answer = policy.run(scripted([resolves(unavailable), resolves(stillUnavailable)], { clock }))
    await clock.runAll()

    expect(await answer).toBe(stillUnavailable)
    expect(recording.types).toEqual(['retry.scheduled', 'retry.exhausted'])
  })

  it('returns the last result at once where the backoff would reach the deadline', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff, handlesResult })

    const answer = await policy.run(scripted([resolves(unavailable)], { clock }), { timeoutMs: 100 })

    expect(answer).toBe(unavailable)
    expect(clock.pendingTimers).toBe(0)
  })

  it('counts errors and results together', async () => {
    const clock = virtualClock()
    const last = new Error('reset')
    const operation = scripted([resolves(unavailable), rejects(new Error('first')), rejects(last)], { clock })

    const rejection = rejectionOf(retry({ clock, backoff, handlesResult }).run(operation))
    await clock.runAll()

    expect(await rejection).toBe(last)
  })

  it('is not asked about errors', async () => {
    const clock = virtualClock()
    const asked: unknown[] = []
    const policy = retry({ clock, backoff, handlesResult: result => asked.push(result) > 1 })

    await rejectionOf(policy.run(scripted([rejects(permanent(new Error('no such product')))], { clock })))

    expect(asked).toEqual([])
  })

  it.each([1, 2])('that throws about the result of attempt %i rejects the run with what it threw', async attempt => {
    const clock = virtualClock()
    const fault = new Error('fault of the predicate')
    let asked = 0
    const policy = retry({
      clock,
      backoff,
      handlesResult: () => {
        asked++
        if (asked === attempt) throw fault
        return true
      },
    })

    const rejection = rejectionOf(policy.run(scripted([resolves(unavailable), resolves(ok)], { clock })))
    await clock.runAll()

    expect(await rejection).toBe(fault)
    expect(clock.pendingTimers).toBe(0)
  })

  it('that returns a promise rejects the run: a promise would always be true', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff, handlesResult: (async () => false) as never })

    const rejection = await rejectionOf(policy.run(scripted([resolves(ok)], { clock })))

    expect(rejection).toEqual(new TypeError('retry: handlesResult must decide at once, got a promise'))
  })
})
