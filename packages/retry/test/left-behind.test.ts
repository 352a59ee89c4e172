import { getEventListeners } from 'node:events'
import process from 'node:process'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry } from '@holdfast/retry'
import { hangs, rejects, resolves, type Step, scripted, virtualClock } from '@holdfast/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 100, jitter: 'none' })
const reset = new Error('reset')

const unhandled: unknown[] = []
const listen = (error: unknown): unknown => unhandled.push(error)
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', listen)
})
afterEach(() => {
  process.off('unhandledRejection', listen)
})

const endings: readonly [string, readonly Step<string>[], number][] = [
  ['a success at once', [resolves('product')], 0],
  ['a success after retries', [rejects(reset), rejects(reset), resolves('product')], 200],
  ['exhaustion', [rejects(reset), rejects(reset), rejects(reset)], 200],
  ['its limit during an attempt', [hangs()], 1_000],
  ['its limit during a deaf attempt', [rejects(reset, { afterMs: 5_000, isDeaf: true })], 1_000],
]

describe('retry', () => {
  it.each(endings)('leaves no timer and no listener behind after %s', async (_, steps, afterMs) => {
    const clock = virtualClock()
    const { signal } = new AbortController()
    const operation = scripted(steps, { clock })

    const end = retry({ clock, backoff })
      .run(operation, { signal, timeoutMs: 1_000 })
      .then(
        () => 'value',
        () => 'error',
      )
    await clock.advance(afterMs)
    await end

    // A deaf operation that still runs has a timer of its own.
    expect(clock.pendingTimers).toBe(operation.running)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('adds one listener to the signal of the caller however many attempts it makes', async () => {
    const clock = virtualClock()
    const { signal } = new AbortController()
    const counts: number[] = []

    const rejection = rejectionOf(
      retry({ clock, backoff, maxAttempts: 20 }).run(
        call => {
          counts.push(getEventListeners(signal, 'abort').length)
          throw call.signal.aborted ? new Error('aborted') : reset
        },
        { signal },
      ),
    )
    await clock.runAll()
    await rejection

    expect(counts).toHaveLength(20)
    expect(new Set(counts)).toEqual(new Set([1]))
  })

  it('leaves no listener behind when it is aborted during the backoff', async () => {
    const clock = virtualClock()
    const controller = new AbortController()

    const rejection = rejectionOf(
      retry({ clock, backoff }).run(scripted([rejects(reset)], { clock }), { signal: controller.signal }),
    )
    await clock.advance(50)
    controller.abort()
    await rejection

    expect(clock.pendingTimers).toBe(0)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  it('lets no rejection go unhandled of work that outlived its answer', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const operation = scripted([rejects(reset), rejects(reset, { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(retry({ clock, backoff }).run(operation, { signal: controller.signal }))
    await clock.advance(100)
    controller.abort()
    await rejection
    await clock.runAll()
    await clock.settle()

    expect(operation.running).toBe(0)
    expect(unhandled).toEqual([])
  })

  it('lets no rejection of beforeRetry go unhandled when the caller has left', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const policy = retry({
      clock,
      backoff,
      beforeRetry: () =>
        new Promise((_resolve, reject) => {
          clock.setTimeout(() => reject(new Error('no token')), 500)
        }),
    })

    const rejection = rejectionOf(policy.run(scripted([rejects(reset)], { clock }), { signal: controller.signal }))
    await clock.advance(100)
    controller.abort()
    await rejection
    await clock.runAll()
    await clock.settle()

    expect(unhandled).toEqual([])
  })

  it('lets no rejection go unhandled of attempts that another one follows', async () => {
    const clock = virtualClock()

    const answer = retry({ clock, backoff }).run(
      scripted([rejects(reset), rejects(reset), resolves('product')], { clock }),
    )
    await clock.runAll()
    await clock.settle()

    expect(await answer).toBe('product')
    expect(unhandled).toEqual([])
  })
})
