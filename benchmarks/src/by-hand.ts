import { setTimeout as wait } from 'node:timers/promises'
import type { Subject } from './interleaved.ts'

type Operation = () => Promise<number>
const FAILURES_TO_OPEN = 5
const MAX_CONCURRENT = 10
const MAX_ATTEMPTS = 3
const TIMEOUT_MS = 1_000

/** What an expert would write for one call, inline, with no more in it than that call needs. */
export const byHand = {
  retry:
    (operation: Operation): Subject =>
    async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await operation()
        } catch (error) {
          if (attempt === MAX_ATTEMPTS) throw error
          await wait(Math.random() * 100 * 2 ** attempt)
        }
      }
    },

  timeout:
    (operation: Operation): Subject =>
    () =>
      inTime(operation),

  breaker: (operation: Operation): Subject => {
    let failures = 0
    return async () => {
      if (failures >= FAILURES_TO_OPEN) throw new Error('open')
      try {
        const value = await operation()
        failures = 0
        return value
      } catch (error) {
        failures++
        throw error
      }
    }
  },

  bulkhead: (operation: Operation): Subject => {
    let active = 0
    return async () => {
      if (active === MAX_CONCURRENT) throw new Error('full')
      active++
      try {
        return await operation()
      } finally {
        active--
      }
    }
  },

  fallback:
    (operation: Operation): Subject =>
    async () => {
      try {
        return await operation()
      } catch {
        return 0
      }
    },

  four: (operation: Operation): Subject => inline(operation),

  five: (operation: Operation): Subject => inline(() => inTime(operation)),
}

function inTime(operation: Operation): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), TIMEOUT_MS)
    operation().then(
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

/** Fallback, retry, breaker and bulkhead in one function. */
function inline(operation: Operation): Subject {
  let failures = 0
  let active = 0
  return async () => {
    for (let attempt = 1; ; attempt++) {
      if (failures >= FAILURES_TO_OPEN || active === MAX_CONCURRENT) return 0
      active++
      try {
        const value = await operation()
        failures = 0
        return value
      } catch {
        failures++
        if (attempt === MAX_ATTEMPTS) return 0
      } finally {
        active--
      }
      await wait(Math.random() * 100 * 2 ** attempt)
    }
  }
}
