import { CountBreaker, circuitBreaker as cockatielBreaker, handleAll, type IBreaker, SamplingBreaker } from 'cockatiel'
import { circuitBreaker, failureRate, type Trip } from 'holdfast'
import OpossumBreaker from 'opossum'

export type Operation = () => Promise<number>

/** Protects an operation by a breaker with a window of this size, and returns what makes one call of it. */
export type Breaking = (size: number, operation: Operation) => Operation

/** All of them open at this share of failures. */
const THRESHOLD = 0.9
const OPEN_MS = 30_000
/** Calls before a share means anything. */
const enoughOf = (calls: number): number => Math.min(20, calls)

/** The share of failures among the last so many calls. */
export const byCalls = {
  holdfast: (windowCalls, operation) => ofHoldfast(failureRate({ threshold: THRESHOLD, windowCalls }), operation),
  'by hand': (calls, operation) => byHand(lastCalls(calls), enoughOf(calls), operation),
  cockatiel: (size, operation) =>
    ofCockatiel(new CountBreaker({ threshold: THRESHOLD, size, minimumNumberOfCalls: enoughOf(size) }), operation),
} satisfies Record<string, Breaking>

/** The share of failures in the last so many milliseconds. */
export const byTime = {
  holdfast: (windowMs, operation) => ofHoldfast(failureRate({ threshold: THRESHOLD, windowMs }), operation),
  'by hand': (windowMs, operation) => byHand(lastTime(windowMs), enoughOf(Infinity), operation),
  cockatiel: (duration, operation) => ofCockatiel(new SamplingBreaker({ threshold: THRESHOLD, duration }), operation),
  opossum: (rollingCountTimeout, operation) => {
    const breaker = new OpossumBreaker(operation, {
      timeout: false,
      errorThresholdPercentage: THRESHOLD * 100,
      volumeThreshold: enoughOf(Infinity),
      resetTimeout: OPEN_MS,
      rollingCountTimeout,
      rollingPercentilesEnabled: false,
    })
    return () => breaker.fire()
  },
} satisfies Record<string, Breaking>

function ofHoldfast(trip: Trip, operation: Operation): Operation {
  const breaker = circuitBreaker({ trip, openMs: OPEN_MS })
  return () => breaker.run(operation)
}

function ofCockatiel(breaker: IBreaker, operation: Operation): Operation {
  const policy = cockatielBreaker(handleAll, { halfOpenAfter: OPEN_MS, breaker })
  return () => policy.execute(operation)
}

/** Counts one call and returns how many there are in the window, and how many of them have failed. */
type Counting = (failed: number) => readonly [calls: number, failures: number]

function byHand(count: Counting, enough: number, operation: Operation): Operation {
  let openedMs = -Infinity
  let isOpen = false
  const settle = (failed: number): void => {
    const [calls, failures] = count(failed)
    if (calls < enough || failures < calls * THRESHOLD) return
    isOpen = true
    openedMs = performance.now()
  }
  return async () => {
    if (isOpen && performance.now() - openedMs < OPEN_MS) throw new Error('open')
    try {
      const value = await operation()
      settle(0)
      isOpen = false
      return value
    } catch (error) {
      settle(1)
      throw error
    }
  }
}

function lastCalls(size: number): Counting {
  const ring = new Uint8Array(size)
  let calls = 0
  let failures = 0
  let position = 0
  return failed => {
    failures += failed - (ring[position] as number)
    ring[position] = failed
    position = position + 1 === size ? 0 : position + 1
    if (calls < size) calls++
    return [calls, failures]
  }
}

function lastTime(windowMs: number): Counting {
  const slots = 10
  const ring = Array.from({ length: slots }, () => ({ slot: -1, calls: 0, failures: 0 }))
  return failed => {
    const slot = Math.floor((performance.now() / windowMs) * slots)
    const current = ring[slot % slots] as (typeof ring)[number]
    if (current.slot !== slot) {
      current.slot = slot
      current.calls = current.failures = 0
    }
    current.calls++
    current.failures += failed
    let calls = 0
    let failures = 0
    for (const each of ring) {
      if (each.slot <= slot - slots) continue
      calls += each.calls
      failures += each.failures
    }
    return [calls, failures]
  }
}
