import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry } from '@holdfast/retry'
import { countCollected, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 1, jitter: 'none' })
/** Of 900 objects: the engine itself may hold on to what one attempt or another left in a frame. */
const MOST = 890

const unbounded = { backoff, maxAttempts: Infinity, budget: false } as const

/** Lets attempts fail for a second: how many there were, and how many of their errors nobody holds any more. */
async function collectedErrors(
  fail: (make: () => Error) => Promise<never>,
): Promise<{ attempts: number; collected: number }> {
  const clock = virtualClock()
  const thrown: WeakRef<object>[] = []
  const controller = new AbortController()
  const make = (): Error => {
    const error = new Error('reset')
    thrown.push(new WeakRef(error))
    return error
  }

  const rejection = rejectionOf(retry({ clock, ...unbounded }).run(() => fail(make), { signal: controller.signal }))
  await clock.advance(1_000)
  const collected = await countCollected(thrown.slice(0, -100))
  controller.abort()
  await rejection
  return { attempts: thrown.length, collected }
}

describe('an unbounded retry', () => {
  it('lets go of the errors of all but its last 100 attempts', async () => {
    const { attempts, collected } = await collectedErrors(make => Promise.resolve().then(() => Promise.reject(make())))

    expect(attempts).toBe(1_001)
    expect(collected).toBeGreaterThan(MOST)
  })

  it('lets go of errors that were made before the operation returned', async () => {
    // The trace of such an error holds the functions that led to it, until somebody reads it.
    const { attempts, collected } = await collectedErrors(make => {
      throw make()
    })

    expect(attempts).toBe(1_001)
    expect(collected).toBeGreaterThan(MOST)
  })

  it('lets go of the calls and the results of earlier attempts', async () => {
    const clock = virtualClock()
    const seen: WeakRef<object>[] = []
    const controller = new AbortController()
    const policy = retry({ clock, ...unbounded, handlesResult: () => true })

    const rejection = rejectionOf(
      policy.run(
        call => {
          const result = { status: 503 }
          // The first attempt is served by the call of the run itself.
          if (call.attempt > 1) seen.push(new WeakRef(call), new WeakRef(result))
          return result
        },
        { signal: controller.signal },
      ),
    )
    await clock.advance(500)
    const collected = await countCollected(seen.slice(0, -100))
    controller.abort()
    await rejection

    expect(seen).toHaveLength(1_000)
    expect(collected).toBeGreaterThan(MOST)
  })

  it('holds one timer at a time through 100 000 attempts', { timeout: 30_000 }, async () => {
    const clock = virtualClock()
    let attempts = 0
    let mostTimers = 0

    const answer = retry({ clock, ...unbounded }).run(({ attempt }) => {
      attempts = attempt
      mostTimers = Math.max(mostTimers, clock.pendingTimers)
      if (attempt < 100_000) throw new Error('reset')
      return 'at last'
    })
    await clock.runAll()

    expect(await answer).toBe('at last')
    expect({ attempts, mostTimers, timersLeft: clock.pendingTimers }).toEqual({
      attempts: 100_000,
      mostTimers: 0,
      timersLeft: 0,
    })
  })
})
