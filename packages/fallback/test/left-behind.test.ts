import { AsyncLocalStorage } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import process from 'node:process'
import { fallback } from '@holdfast/fallback'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { rejects, scripted, virtualClock } from '@holdfast/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const unhandled: unknown[] = []
const listen = (error: unknown): unknown => unhandled.push(error)
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', listen)
})
afterEach(() => {
  process.off('unhandledRejection', listen)
})

const reset = new Error('reset')

async function lastKnownPrice(): Promise<never> {
  await new Promise(resolve => {
    setImmediate(resolve)
  })
  throw new Error('none')
}

describe('fallback', () => {
  it('leaves no timer and no listener on the signal of the caller', async () => {
    const clock = virtualClock()
    const { signal } = new AbortController()

    await fallback({ clock, to: () => 'instead' }).run(scripted([rejects(reset)], { clock }), {
      signal,
      timeoutMs: 800,
    })

    expect(clock.pendingTimers).toBe(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('lets no rejection of an answer go unhandled that its caller did not wait for', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const second = scripted([rejects(new Error('late'), { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(
      fallback({ clock, to: ({ call }) => second(call) }).run(scripted([rejects(reset)], { clock }), {
        signal: controller.signal,
      }),
    )
    await clock.settle()
    controller.abort()
    await rejection
    await clock.runAll()
    await clock.settle()

    expect(unhandled).toEqual([])
  })

  it('makes its answer in the async context of the caller', async () => {
    const requests = new AsyncLocalStorage<string>()
    const policy = fallback({ to: () => requests.getStore() })

    const answer = await requests.run('request 1', () =>
      policy.run(async () => {
        await Promise.resolve()
        throw reset
      }),
    )

    expect(answer).toBe('request 1')
  })

  it('leaves the caller in the trace of an error of the operation and of its own', async () => {
    const policy = fallback({ to: () => lastKnownPrice(), handles: ({ error }) => error === reset })
    const checkout = async (operation: () => Promise<unknown>): Promise<void> => {
      await policy.run(operation)
    }

    const ofOperation = (await rejectionOf(checkout(async () => await lastKnownPrice()))) as Error
    const ofFallback = (await rejectionOf(checkout(() => Promise.reject(reset)))) as Error

    expect(ofOperation.stack).toMatch(/at (async )?checkout /)
    expect(ofFallback.stack).toMatch(/at (async )?checkout /)
  })
})
