import { shared } from '@holdfast/core/kernel'

/** How many of the latest errors and delays are kept: an unbounded retry must not fill the memory. */
const KEPT = 100

/**
 * Why there was no further attempt. `succeeded`: none was needed. `attempts`: there were `maxAttempts`. `deadline`: the
 * next one would have begun at or after the deadline, or never. `unhandled`: `handles` said no. `permanent`: the error
 * was marked so. `protective`: another policy had not let the call through. `budget`: no retry was left. `cancelled`:
 * nobody wanted the answer.
 */
export type StopReason =
  | 'succeeded'
  | 'attempts'
  | 'deadline'
  | 'unhandled'
  | 'permanent'
  | 'protective'
  | 'budget'
  | 'cancelled'

/** What a retry went through. */
export interface RetryInfo {
  /** How often the operation was called. */
  readonly attempts: number
  /** The waits between attempts, in milliseconds; the last 100. */
  readonly delaysMs: readonly number[]
  /** What the attempts threw; the last 100. */
  readonly errors: readonly unknown[]
  /** Why there was no further attempt. */
  readonly stopped: StopReason
}

const infos = /* @__PURE__ */ shared('retryInfo', () => new WeakMap<object, RetryInfo>())

/**
 * What the retry went through that ended with this error, or, after at least one retry, with this value. Undefined
 * for what did not come out of a retry, and for what is no object.
 *
 * @example
 * await users.run(findUser).catch(error => log.warn({ attempts: retryInfo(error)?.attempts }, 'users are down'))
 */
export function retryInfo(errorOrValue: unknown): RetryInfo | undefined {
  return isObject(errorOrValue) ? infos.get(errorOrValue) : undefined
}

export function recordInfo(errorOrValue: unknown, info: RetryInfo): void {
  if (isObject(errorOrValue)) infos.set(errorOrValue, info)
}

/** Appends, and forgets the first when there are too many. */
export function remember<T>(list: T[], item: T): void {
  list.push(item)
  if (list.length > KEPT) list.shift()
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'
