import {
  type CircuitBreakerOptions,
  type CircuitFailure,
  circuitBreaker,
  consecutiveFailures,
} from '@holdfast/circuit-breaker'
import { BulkheadFullError, CircuitOpenError, RateLimitedError, TimeoutError } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, rejects, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

/** What a breaker makes of an error: it opens at a failure, and at the second failure if a success came before. */
async function outcomeOf(error: unknown, options: CircuitBreakerOptions): Promise<string> {
  const breaker = circuitBreaker({ trip: consecutiveFailures(2), ...options, handlesResult: () => false })
  breaker.record('failure')
  await rejectionOf(breaker.run(scripted([rejects(error)])))
  const states = [breaker.state]
  breaker.record('failure')
  states.push(breaker.state)
  if (states[0] === 'open') return 'failure'
  return states[1] === 'open' ? 'ignored' : 'success'
}

const protective = [
  new CircuitOpenError('inner', { retryAfterMs: 1, isolated: false }),
  new BulkheadFullError('inner', { active: 1, queued: 0 }),
  new RateLimitedError('inner', 1),
  { code: 'ERR_HOLDFAST_CIRCUIT_OPEN' },
]

describe('circuit breaker', () => {
  it('takes every error for a failure by default', async () => {
    const outcomes = [await outcomeOf(new Error('down'), {}), await outcomeOf('a word', {}), await outcomeOf(null, {})]

    expect(outcomes).toEqual(['failure', 'failure', 'failure'])
  })

  it('takes the timeout of a layer inside for a failure', async () => {
    const outcome = await outcomeOf(new TimeoutError('inner', 800), {})

    expect(outcome).toBe('failure')
  })

  it('takes an AbortError that nobody outside caused for a failure', async () => {
    const outcome = await outcomeOf(new DOMException('stopped', 'AbortError'), {})

    expect(outcome).toBe('failure')
  })

  it.each(protective)('ignores the protective rejection of a layer inside, and asks nobody: %o', async error => {
    const predicate = vi.fn(() => true)

    const outcome = await outcomeOf(error, { handles: predicate, ignores: predicate })

    expect(outcome).toBe('ignored')
    expect(predicate).not.toHaveBeenCalled()
  })

  it.each(protective)('ignores the protective rejection without predicates too: %o', async error => {
    const breaker = brittle(virtualClock())

    await rejectionOf(breaker.run(scripted([rejects(error)])))

    expect(breaker.state).toBe('closed')
  })

  it('takes what handles says no to for a success', async () => {
    const outcome = await outcomeOf(new Error('not found'), { handles: () => false })

    expect(outcome).toBe('success')
  })

  it('takes what handles says yes to for a failure', async () => {
    const outcome = await outcomeOf(new Error('down'), { handles: () => true })

    expect(outcome).toBe('failure')
  })

  it('asks ignores before handles', async () => {
    const handles = vi.fn(() => true)

    const outcome = await outcomeOf(new Error('not found'), { ignores: () => true, handles })

    expect(outcome).toBe('ignored')
    expect(handles).not.toHaveBeenCalled()
  })

  it('asks handles when ignores says no', async () => {
    const outcome = await outcomeOf(new Error('not found'), { ignores: () => false, handles: () => false })

    expect(outcome).toBe('success')
  })

  it('takes what ignores says no to for a failure when there is no handles', async () => {
    const outcome = await outcomeOf(new Error('down'), { ignores: () => false })

    expect(outcome).toBe('failure')
  })

  it('tells predicates the error, the attempt and the call', async () => {
    const failures: CircuitFailure[] = []
    const handles = (failure: CircuitFailure): boolean => failures.push(failure) > 0
    const error = new Error('down')
    const context = {}

    await rejectionOf(circuitBreaker({ handles }).run(scripted([rejects(error)]), { context }))

    expect(failures).toMatchObject([{ error, attempt: 1 }])
    expect(failures[0]?.call.context).toBe(context)
  })

  it('asks ignores and handles nothing about an abort from outside', async () => {
    const clock = virtualClock()
    const predicate = vi.fn(() => true)
    const breaker = brittle(clock, { ignores: predicate, handles: predicate })
    const controller = new AbortController()

    const rejection = rejectionOf(breaker.run(scripted([hangs()], { clock }), { signal: controller.signal }))
    controller.abort(new Error('enough'))
    await rejection

    expect(predicate).not.toHaveBeenCalled()
    expect(breaker.state).toBe('closed')
  })

  it('closes when a probe fails with an error that handles says no to', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { handles: ({ error }) => (error as Error).message === 'down' })
    await fail(breaker)

    await clock.advance(1_000)
    await rejectionOf(breaker.run(() => Promise.reject(new Error('not found'))))

    expect(breaker.state).toBe('closed')
  })

  it('counts what is ignored neither as an interruption of failures nor as one of them', async () => {
    const ignored = new Error('not found')
    const breaker = circuitBreaker({ trip: consecutiveFailures(2), ignores: ({ error }) => error === ignored })

    await fail(breaker)
    await rejectionOf(breaker.run(() => Promise.reject(ignored)))
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('takes everything else for a success', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2) })

    await fail(breaker)
    await succeed(breaker)
    await fail(breaker)

    expect(breaker.state).toBe('closed')
  })
})
