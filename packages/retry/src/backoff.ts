import type { Call } from '@holdfast/core'
import { numeric, oneOf, type Rule, readOptions, rule } from '@holdfast/core/kernel'

/** What a backoff may go by. */
export interface BackoffFacts {
  /** The attempt that failed, from 1. */
  readonly attempt: number
  /** The wait before that attempt, in milliseconds; undefined before the first. */
  readonly previousMs: number | undefined
  /** What it failed with; undefined when its result was judged a failure. */
  readonly error: unknown
  /** The call around all attempts. */
  readonly call: Call
  /** Draws from 0 to 1, both included. */
  readonly random: () => number
}

/**
 * Says how long to wait before the next attempt, in milliseconds, at least 0. One of your own is a function; it brings
 * its own jitter. A run ends with a `TypeError` for what is no number, and with a `RangeError` for a negative one.
 *
 * @example
 * const users = retry({ backoff: ({ attempt, random }) => (1 + random()) * 50 * attempt })
 */
export interface Backoff {
  (facts: BackoffFacts): number
  /**
   * The longest that it can say after `attempt`, if it knows: a pipeline then checks whether all waits fit its limits.
   */
  readonly longestMs?: (attempt: number) => number
}

/**
 * How waits are spread, so that clients that failed together do not come back together. `full`: between 0 and the wait.
 * `equal`: between half of it and all of it. `none`: all of it. Names and formulas are those of "Exponential Backoff
 * and Jitter", AWS Architecture Blog, 2015.
 */
export type Jitter = 'full' | 'equal' | 'none'

/** Options of `constant`. */
export interface ConstantOptions {
  /** The wait in milliseconds, from 0 to 2^31−1. */
  readonly delayMs: number
  /** Default `full`. */
  readonly jitter?: Jitter | undefined
}

/** Options of `linear`. All times are milliseconds from 0 to 2^31−1. */
export interface LinearOptions {
  /** The first wait in milliseconds, at least 0. Default 100. */
  readonly firstMs?: number | undefined
  /** By how much each wait is longer than the one before it, in milliseconds, at least 0. Default 100. */
  readonly stepMs?: number | undefined
  /** The longest wait in milliseconds, at least 0. Default 20 000. */
  readonly maxMs?: number | undefined
  /** Default `full`. */
  readonly jitter?: Jitter | undefined
}

/** Options of `sequence`. */
export interface SequenceOptions {
  /** Default `full`. */
  readonly jitter?: Jitter | undefined
}

/** Options of `exponential`. All times are milliseconds from 0 to 2^31−1. */
export interface ExponentialOptions {
  /** The first wait in milliseconds, at least 0. Default 100. */
  readonly firstMs?: number | undefined
  /** What each wait is multiplied with, at least 1. Default 2. */
  readonly factor?: number | undefined
  /** The longest wait in milliseconds, at least 0. Default 20 000. */
  readonly maxMs?: number | undefined
  /**
   * Default `full`. With `decorrelated`, a wait is between `firstMs` and `factor` + 1 times the wait before it: the
   * curve follows the lots that were drawn.
   */
  readonly jitter?: Jitter | 'decorrelated' | undefined
}

const jitters: readonly Jitter[] = ['full', 'equal', 'none']

const LONGEST_WAIT_MS = 2 ** 31 - 1
const isWait = (ms: number): boolean => ms >= 0 && ms <= LONGEST_WAIT_MS

function wait(...fallback: [] | [number]): Rule<number> {
  return numeric(`a number of milliseconds from 0 to ${LONGEST_WAIT_MS}`, isWait, ...fallback)
}

/**
 * The same wait each time, drawn with jitter. Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const users = retry({ backoff: constant({ delayMs: 200, jitter: 'equal' }) })
 */
export function constant(options: ConstantOptions): Backoff {
  const { delayMs, jitter } = readOptions('constant', options, { delayMs: wait(), jitter: oneOf(jitters, 'full') })
  return jittered(() => delayMs, jitter)
}

/**
 * Waits that grow by a step: 100 ms, 200 ms, 300 ms … 20 s. Throws a `TypeError` or `RangeError` for options that make
 * no sense.
 *
 * @example
 * const users = retry({ backoff: linear({ firstMs: 50, stepMs: 50, maxMs: 1_000 }) })
 */
export function linear(options?: LinearOptions): Backoff {
  const { firstMs, stepMs, maxMs, jitter } = readOptions('linear', options, {
    firstMs: wait(100),
    stepMs: wait(100),
    maxMs: wait(20_000),
    jitter: oneOf(jitters, 'full'),
  })
  return jittered(attempt => Math.min(maxMs, firstMs + stepMs * (attempt - 1)), jitter)
}

/**
 * Waits that grow by a factor: 100 ms, 200 ms, 400 ms … 20 s. Throws a `TypeError` or `RangeError` for options that
 * make no sense.
 *
 * @example
 * const users = retry({ backoff: exponential({ firstMs: 50, maxMs: 2_000, jitter: 'equal' }) })
 */
export function exponential(options?: ExponentialOptions): Backoff {
  const { firstMs, factor, maxMs, jitter } = readOptions('exponential', options, {
    firstMs: wait(100),
    factor: numeric('a finite number of at least 1', value => value >= 1 && value < Infinity, 2),
    maxMs: wait(20_000),
    jitter: oneOf<Jitter | 'decorrelated'>([...jitters, 'decorrelated'], 'full'),
  })
  if (jitter === 'decorrelated') return decorrelated(firstMs, factor + 1, maxMs)
  return jittered(attempt => grown(firstMs, factor, attempt - 1, maxMs), jitter)
}

/**
 * These waits in turn, then the last one again and again: milliseconds, each from 0 to 2^31−1. Throws a `RangeError` for
 * a wait out of range, and a `TypeError` for an empty list and for anything else in it.
 *
 * @example
 * const users = retry({ maxAttempts: 4, backoff: sequence([100, 500, 2_000]) })
 */
export function sequence(delaysMs: readonly number[], options?: SequenceOptions): Backoff {
  const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0
  readOptions('sequence', { delays: delaysMs }, { delays: rule('a list of at least one wait', isList) })
  const waits = Array.from(delaysMs, (delayMs, index) => {
    const name = `delays[${index}]`
    return readOptions('sequence', { [name]: delayMs }, { [name]: wait() })[name] as number
  })
  const { jitter } = readOptions('sequence', options, { jitter: oneOf(jitters, 'full') })
  return jittered(attempt => waits[Math.min(attempt, waits.length) - 1] as number, jitter)
}

function jittered(longestMs: (attempt: number) => number, jitter: Jitter): Backoff {
  const least = { full: 0, equal: 0.5, none: 1 }[jitter]
  const backoff = ({ attempt, random }: BackoffFacts): number =>
    between(longestMs(attempt) * least, longestMs(attempt), random)
  return Object.assign(backoff, { longestMs })
}

function decorrelated(firstMs: number, spread: number, maxMs: number): Backoff {
  const backoff = ({ previousMs = firstMs, random }: BackoffFacts): number => {
    const least = Math.min(firstMs, maxMs)
    // The cap bounds the range that is drawn from, not what was drawn: else all would wait the cap in the end.
    return between(least, Math.max(least, Math.min(maxMs, previousMs * spread)), random)
  }
  return Object.assign(backoff, { longestMs: (attempt: number) => grown(firstMs, spread, attempt, maxMs) })
}

/** `firstMs` × `factor` ^ `times`, at most `maxMs`. The power may overflow, and 0 × Infinity is no number. */
function grown(firstMs: number, factor: number, times: number, maxMs: number): number {
  return Math.min(maxMs, firstMs * Math.min(factor ** times, Number.MAX_VALUE))
}

function between(least: number, most: number, random: () => number): number {
  // Rounding may lead above the cap.
  return Math.min(most, least + random() * (most - least))
}
