import { setTimeout as wait } from 'node:timers/promises'
import type { Call } from '../harness/interleaved.ts'
import {
  FAILURES_TO_OPEN,
  MAX_ATTEMPTS,
  MAX_CONCURRENT,
  type Maker,
  OPEN_MS,
  STALE,
  TIMEOUT_MS,
  type Work,
} from './job.ts'

const backoffMs = (attempt: number): number => Math.random() * 100 * 2 ** attempt

/** What an expert would write for one call, inline, with no more in it than that call needs. */
export const byHand = {
  retry: retried,
  timeout: work => () => inTime(work),
  breaker: broken,

  bulkhead: work => {
    let active = 0
    return async () => {
      if (active === MAX_CONCURRENT) throw new Error('full')
      active++
      try {
        return await work()
      } finally {
        active--
      }
    }
  },

  fallback: work => async () => {
    try {
      return await work()
    } catch {
      return STALE
    }
  },

  retryAndTimeout: work => retried(() => inTime(work)),
  breakerAndTimeout: work => broken(() => inTime(work)),
  four: work => allButTimeout(work),
  five: work => allButTimeout(() => inTime(work)),
} satisfies Record<string, Maker>

function retried(work: Work): Call {
  return async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (attempt === MAX_ATTEMPTS) throw error
        await wait(backoffMs(attempt))
      }
    }
  }
}

function broken(work: Work): Call {
  let failures = 0
  let openedMs = 0
  return async () => {
    if (failures >= FAILURES_TO_OPEN && performance.now() - openedMs < OPEN_MS) throw new Error('open')
    try {
      const value = await work()
      failures = 0
      return value
    } catch (error) {
      if (++failures >= FAILURES_TO_OPEN) openedMs = performance.now()
      throw error
    }
  }
}

function inTime(work: Work): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), TIMEOUT_MS)
    Promise.resolve(work()).then(
      value => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

/**
 * Fallback, retry, breaker and bulkhead in one function. `end` ends the waits between attempts; the attempts have to see
 * to themselves.
 */
export function allButTimeout(attemptOnce: Work, end?: AbortSignal): () => Promise<number> {
  let failures = 0
  let openedMs = 0
  let active = 0
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: that all of it stands in one place is the point
  return async () => {
    for (let attempt = 1; ; attempt++) {
      const isOpen = failures >= FAILURES_TO_OPEN && performance.now() - openedMs < OPEN_MS
      if (isOpen || active === MAX_CONCURRENT) return STALE
      active++
      try {
        const value = await attemptOnce()
        failures = 0
        return value
      } catch {
        end?.throwIfAborted()
        if (++failures >= FAILURES_TO_OPEN) openedMs = performance.now()
        if (attempt === MAX_ATTEMPTS) return STALE
      } finally {
        active--
      }
      await wait(backoffMs(attempt), undefined, end && { signal: end })
    }
  }
}
