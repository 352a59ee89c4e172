import { BulkheadFullError } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, permanent, retry, retryBudget, retryInfo } from '@holdfast/retry'
import { hangs, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('retryInfo', () => {
  it('tells attempts, delays, errors and why there were no more, of an error', async () => {
    const clock = virtualClock()
    const failures = errors(3)

    const rejection = rejectionOf(retry({ clock, backoff }).run(failing(clock, failures)))
    await clock.runAll()

    const info = retryInfo(await rejection)
    expect(info).toEqual({ attempts: 3, delaysMs: [100, 100], errors: failures, stopped: 'attempts' })
    expect(info?.errors[0]).toBe(failures[0])
  })

  it('tells the same of a value that took a retry', async () => {
    const clock = virtualClock()
    const failures = errors(1)
    const product = { id: 7 }

    const answer = retry({ clock, backoff }).run(failing(clock, failures, product))
    await clock.runAll()

    expect(retryInfo(await answer)).toEqual({
      attempts: 2,
      delaysMs: [100],
      errors: failures,
      stopped: 'succeeded',
    })
  })

  it('tells nothing of a value that came at once', async () => {
    const clock = virtualClock()
    const product = { id: 7 }

    await retry({ clock }).run(() => product)

    expect(retryInfo(product)).toBeUndefined()
  })

  it('tells why the last result was returned, and no errors of results', async () => {
    const clock = virtualClock()
    const reply = { status: 503 }
    const operation = scripted([resolves({ status: 503 }), resolves(reply)], { clock })

    const answer = retry({ clock, backoff, maxAttempts: 2, handlesResult: () => true }).run(operation)
    await clock.runAll()

    expect(retryInfo(await answer)).toEqual({ attempts: 2, delaysMs: [100], errors: [], stopped: 'attempts' })
  })

  it.each([
    ['unhandled', new Error('not mine'), { handles: () => false }, {}],
    ['permanent', permanent(new Error('no such product')), {}, {}],
    ['protective', new BulkheadFullError('catalogue', { active: 1, queued: 0 }), {}, {}],
    ['attempts', new Error('reset'), { maxAttempts: 1 }, {}],
    ['deadline', new Error('reset'), {}, { timeoutMs: 100 }],
    ['budget', new Error('reset'), { budget: retryBudget({ ratio: 0, minPerSecond: 0 }) }, {}],
  ])('says that it stopped: %s', async (stopped, error, options, runOptions) => {
    const clock = virtualClock()

    const rejection = await rejectionOf(retry({ clock, backoff, ...options }).run(failing(clock, [error]), runOptions))

    expect(retryInfo(rejection)).toEqual({ attempts: 1, delaysMs: [], errors: [error], stopped })
  })

  it('says that it was cancelled during the backoff', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const failures = errors(1)

    const rejection = rejectionOf(
      retry({ clock, backoff }).run(failing(clock, failures), { signal: controller.signal }),
    )
    await clock.advance(50)
    controller.abort()

    expect(retryInfo(await rejection)).toEqual({
      attempts: 1,
      delaysMs: [100],
      errors: failures,
      stopped: 'cancelled',
    })
  })

  it('says that it was cancelled during a later attempt', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const operation = scripted([rejects(new Error('reset')), hangs()], { clock })

    const rejection = rejectionOf(retry({ clock, backoff }).run(operation, { signal: controller.signal }))
    await clock.advance(100)
    controller.abort()

    expect(retryInfo(await rejection)).toMatchObject({ attempts: 2, delaysMs: [100], stopped: 'cancelled' })
  })

  it('leaves frozen errors and values as they are', async () => {
    const clock = virtualClock()
    const error = Object.freeze(new Error('reset'))
    const product = Object.freeze({ id: 7 })

    const answer = retry({ clock, backoff }).run(failing(clock, [error], product))
    await clock.runAll()

    expect(await answer).toBe(product)
    expect(retryInfo(product)?.errors).toEqual([error])
    expect(new Set(Reflect.ownKeys(error))).toEqual(new Set(['message', 'stack']))
  })

  it('tells of a function that was thrown or returned', async () => {
    const clock = virtualClock()
    const answerer = (): void => {}

    const answer = retry({ clock, backoff }).run(failing(clock, errors(1), answerer))
    await clock.runAll()

    expect(retryInfo(await answer)?.attempts).toBe(2)
  })

  it.each([undefined, null, 'text', 7])('tells nothing of what is no object: %s', async thrown => {
    const clock = virtualClock()

    await rejectionOf(retry({ clock, maxAttempts: 1 }).run(failing(clock, [thrown])))

    expect(retryInfo(thrown)).toBeUndefined()
  })

  it('tells nothing of what never went through a retry', () => {
    expect(retryInfo(new Error('elsewhere'))).toBeUndefined()
  })

  it('keeps the last 100 delays and errors of an unbounded retry', async () => {
    const clock = virtualClock()
    const failures = errors(250)
    const product = { id: 7 }

    const answer = retry({ clock, maxAttempts: Infinity, budget: false, backoff: ({ attempt }) => attempt }).run(
      failing(clock, failures, product),
    )
    await clock.runAll()

    const info = retryInfo(await answer)
    expect(info?.attempts).toBe(251)
    expect(info?.errors).toEqual(failures.slice(150))
    expect(info?.delaysMs).toEqual(Array.from({ length: 100 }, (_, index) => 151 + index))
  })

  it('tells of the latest run where two ended with the same error', async () => {
    const clock = virtualClock()
    const [error] = errors(1)

    await rejectionOf(retry({ clock, maxAttempts: 1 }).run(failing(clock, [error])))
    const rejection = rejectionOf(retry({ clock, backoff, maxAttempts: 2 }).run(failing(clock, [error, error])))
    await clock.runAll()

    expect(retryInfo(await rejection)?.attempts).toBe(2)
  })
})
