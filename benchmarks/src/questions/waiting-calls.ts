import { bulkhead as cockatielBulkhead, timeout as cockatielTimeout, TimeoutStrategy } from 'cockatiel'
import { bulkhead, timeout } from 'holdfast'
import pLimit from 'p-limit'
import pTimeout from 'p-timeout'

export type Work = () => Promise<number>

/** Begins one call; `signal` is that of its caller. */
export type Begin = (work: Work, signal?: AbortSignal) => Promise<number>

/** By whose they are; each is given how long a call may take. */
export const timeouts = {
  holdfast: timeoutMs => {
    const policy = timeout({ timeoutMs })
    return (work, signal) => (signal === undefined ? policy.run(work) : policy.run(work, { signal }))
  },
  'by hand': timeoutMs => (work, signal) =>
    signal === undefined ? inTime(work, timeoutMs) : inTimeUnder(signal, work, timeoutMs),
  'p-timeout': milliseconds => (work, signal) =>
    pTimeout(work(), signal === undefined ? { milliseconds } : { milliseconds, signal }),
  cockatiel: timeoutMs => {
    const policy = cockatielTimeout(timeoutMs, TimeoutStrategy.Aggressive)
    return (work, signal) => (signal === undefined ? policy.execute(work) : policy.execute(work, signal))
  },
} satisfies Record<string, (timeoutMs: number) => Begin>

/** Each has one slot, and any number may wait for it. */
export const bulkheads = {
  holdfast: () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: Infinity })
    return (work, signal) => (signal === undefined ? policy.run(work) : policy.run(work, { signal }))
  },
  'by hand': oneAtATime,
  // It takes no signals.
  'p-limit': () => {
    const limit = pLimit(1)
    return work => limit(work)
  },
  cockatiel: () => {
    const policy = cockatielBulkhead(1, Infinity)
    return (work, signal) => (signal === undefined ? policy.execute(work) : policy.execute(work, signal))
  },
} satisfies Record<string, () => Begin>

function inTime(work: Work, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), timeoutMs)
    work().then(
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

function inTimeUnder(signal: AbortSignal, work: Work, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
    const onAbort = (): void => {
      leave()
      reject(signal.reason as unknown)
    }
    const timer = setTimeout(() => {
      leave()
      reject(new Error('timeout'))
    }, timeoutMs)
    signal.addEventListener('abort', onAbort)
    work().then(
      value => {
        leave()
        resolve(value)
      },
      (error: unknown) => {
        leave()
        reject(error)
      },
    )
  })
}

interface Waiter {
  hasLeft: boolean
  readonly grant: () => void
}

/** An array and where its first one is: `shift` would move all that wait. */
function oneAtATime(): Begin {
  const waiting: Waiter[] = []
  let first = 0
  let isTaken = false

  const passOn = (): void => {
    while (waiting[first]?.hasLeft) first++
    const next = waiting[first++]
    if (next !== undefined) return next.grant()
    waiting.length = first = 0
    isTaken = false
  }
  const turn = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiter.hasLeft = true
        reject(signal?.reason as unknown)
      }
      const grant = (): void => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const waiter = { hasLeft: false, grant }
      signal?.addEventListener('abort', leave, { once: true })
      waiting.push(waiter)
    })

  return async (work, signal) => {
    if (isTaken) await turn(signal)
    isTaken = true
    try {
      return await work()
    } finally {
      passOn()
    }
  }
}
