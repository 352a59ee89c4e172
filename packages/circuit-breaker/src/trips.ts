import { decides, duration, integer, numeric, readOptions, rule, show } from '@holdfast/core/kernel'
import { type CountWindow, lastCalls, lastTime } from './windows.ts'

/** How one call ended, as a trip strategy sees it. */
export interface TripOutcome {
  /** Whether it counts as a failure of the dependency. */
  readonly isFailure: boolean
  /** How long the call took, in milliseconds; 0 unless the counter reads the duration. */
  readonly durationMs: number
  /** When it ended, on the clock of the breaker; 0 unless the counter reads the time. */
  readonly nowMs: number
}

/** Counts the outcomes of one breaker while it is closed. */
export interface TripCounter {
  /** Counts an outcome. True opens the circuit. */
  record(outcome: TripOutcome): boolean
  /** Forgets all: the circuit has closed. */
  reset(): void
  /** Whether this outcome fails a probe. Default: `isFailure`. */
  failsProbe?(outcome: TripOutcome): boolean
  /** What it reads of outcomes besides `isFailure`, so that clocks need not be read in vain. Default `duration`. */
  readonly reads?: 'outcome' | 'time' | 'duration'
}

/** A trip strategy, which says when to open: it makes the counter of one breaker, so that breakers can share it. */
export type Trip = () => TripCounter

/** The calls that a rate is taken of: those of a time, or a number of them. */
export type WindowOptions =
  | {
      /** Calls that ended within this time, in milliseconds, above 0 and finite. The window moves in twentieths. */
      readonly windowMs: number
      readonly windowCalls?: undefined
    }
  | {
      /** That many of the last calls, an integer of at least 1. */
      readonly windowCalls: number
      readonly windowMs?: undefined
    }

/** Options of `failureRate`: exactly one of `windowMs` and `windowCalls` must be given. */
export type FailureRateOptions = WindowOptions & {
  /** The share of failures that opens the circuit, above 0 up to 1. */
  readonly threshold: number
  /**
   * Calls in the window before the share means anything, an integer of at least 1 and at most `windowCalls`. Default
   * 20, or `windowCalls` if that is less.
   */
  readonly minCalls?: number | undefined
}

/** Options of `slowCallRate`: exactly one of `windowMs` and `windowCalls` must be given. */
export type SlowCallRateOptions = FailureRateOptions & {
  /** A call is slow that took longer than this, in milliseconds, at least 0. */
  readonly slowerThanMs: number
}

/** Opens after this many failures in a row, an integer of at least 1. Default 5. Throws for what is none. */
export function consecutiveFailures(count = 5): Trip {
  const { failures } = readOptions('consecutiveFailures', { failures: count }, { failures: integer(1) })
  return () => {
    let inARow = 0
    return {
      reads: 'outcome',
      record: ({ isFailure }) => {
        inARow = isFailure ? inARow + 1 : 0
        return inARow >= failures
      },
      reset: () => {
        inARow = 0
      },
    }
  }
}

/**
 * Opens when the share of failures reaches a threshold. Throws a `TypeError` or `RangeError` for options out of range.
 *
 * @example
 * const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.5, windowMs: 10_000, minCalls: 20 }) })
 */
export function failureRate(options: FailureRateOptions): Trip {
  const rate = readOptions('failureRate', options, rateRules)
  return rateTrip('failureRate', rate, ({ isFailure }) => isFailure, 'time')
}

/**
 * Opens when the share of slow calls, failed or not, reaches a threshold; a slow probe counts as failed. Throws a
 * `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const breaker = circuitBreaker({ trip: slowCallRate({ slowerThanMs: 500, threshold: 0.5, windowCalls: 100 }) })
 */
export function slowCallRate(options: SlowCallRateOptions): Trip {
  const { slowerThanMs, ...rate } = readOptions('slowCallRate', options, { ...rateRules, slowerThanMs: duration(0) })
  return rateTrip('slowCallRate', rate, ({ durationMs }) => durationMs > slowerThanMs, 'duration')
}

/**
 * Opens when any of these strategies would. Throws a `TypeError` for none, and for what is none.
 *
 * @example
 * const trip = anyOf(consecutiveFailures(5), failureRate({ threshold: 0.5, windowMs: 10_000 }))
 */
export function anyOf(...trips: readonly Trip[]): Trip {
  const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isFunction)
  readOptions('anyOf', { trips }, { trips: rule('one or more trip strategies', isList) })
  return () => {
    const counters = trips.map(trip => counterOf(trip, 'anyOf'))
    return {
      reads: mostRead(counters),
      record: outcome => {
        let hasTripped = false
        // Each counts, also when one before it has said enough.
        for (const counter of counters) {
          const verdict: unknown = counter.record(outcome)
          if (verdict !== false && decides('anyOf', 'record', verdict)) hasTripped = true
        }
        return hasTripped
      },
      reset: () => {
        for (const counter of counters) counter.reset()
      },
      failsProbe: outcome => counters.some(counter => failsProbe(counter, outcome)),
    }
  }
}

/** What a strategy makes. Throws a `TypeError` for what cannot count. */
export function counterOf(trip: Trip, name: string): TripCounter {
  const counter: unknown = trip()
  const { record, reset } = (counter ?? {}) as Partial<TripCounter>
  if (typeof record === 'function' && typeof reset === 'function') return counter as TripCounter
  throw new TypeError(`${name}: trip must make a counter with record and reset, got ${show(counter)}`)
}

export function failsProbe(counter: TripCounter, outcome: TripOutcome): boolean {
  return counter.failsProbe === undefined ? outcome.isFailure : counter.failsProbe(outcome)
}

const isFunction = (value: unknown): boolean => typeof value === 'function'

function mostRead(counters: readonly TripCounter[]): 'outcome' | 'time' | 'duration' {
  const read = counters.map(({ reads = 'duration' }) => reads)
  if (read.includes('duration')) return 'duration'
  return read.includes('time') ? 'time' : 'outcome'
}

const optional = (expected: string, accepts: (value: number) => boolean) => ({
  ...rule<number | undefined>(expected, value => typeof value === 'number' && accepts(value), undefined),
  type: 'number' as const,
})

const rateRules = {
  threshold: numeric('a number above 0 and at most 1', value => value > 0 && value <= 1),
  windowMs: optional('a finite number of milliseconds above 0', value => value > 0 && value < Infinity),
  windowCalls: optional('an integer of at least 1', value => Number.isInteger(value) && value >= 1),
  minCalls: optional('an integer of at least 1', value => Number.isInteger(value) && value >= 1),
}

interface Rate {
  readonly threshold: number
  readonly windowMs: number | undefined
  readonly windowCalls: number | undefined
  readonly minCalls: number | undefined
}

function rateTrip(
  name: string,
  { threshold, windowMs, windowCalls, minCalls }: Rate,
  counts: (outcome: TripOutcome) => boolean,
  reads: 'time' | 'duration',
): Trip {
  if ((windowMs === undefined) === (windowCalls === undefined)) {
    throw new TypeError(
      `${name}: expected either windowMs or windowCalls, got ${windowMs === undefined ? 'neither' : 'both'}`,
    )
  }
  if ((minCalls ?? 1) > (windowCalls ?? Infinity)) {
    throw new RangeError(`${name}: minCalls must be at most windowCalls, got ${minCalls} of ${windowCalls}`)
  }
  const enough = minCalls ?? Math.min(20, windowCalls ?? 20)
  return () => {
    const window: CountWindow = windowCalls === undefined ? lastTime(windowMs as number) : lastCalls(windowCalls)
    return {
      reads: windowCalls !== undefined && reads === 'time' ? 'outcome' : reads,
      record: outcome => {
        window.add(counts(outcome), outcome.nowMs)
        return window.calls >= enough && window.counted / window.calls >= threshold
      },
      reset: () => window.clear(),
      failsProbe: outcome => outcome.isFailure || counts(outcome),
    }
  }
}
