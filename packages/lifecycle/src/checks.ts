import { show } from '@holdfast/core/kernel'

/** What the failure of a check means: `critical` takes this replica out of rotation, `degrading` is only told. */
export type Impact = 'critical' | 'degrading'

/** What a check is handed. */
export interface CheckContext {
  /** Aborts when the check has taken too long. */
  readonly signal: AbortSignal
}

/** What readiness knows a breaker by. */
export interface Breaker {
  readonly state: 'closed' | 'open' | 'halfOpen' | 'isolated'
  readonly snapshot: () => { readonly openUntilEpochMs: number | null }
}

/** What readiness knows a bulkhead by. */
export interface Compartment {
  readonly active: number
  readonly queued: number
  readonly maxConcurrent: number
  readonly maxQueued: number
}

/** Something that readiness looks at. Without `impact` it is `degrading`. */
export type Check =
  /** Fails when it throws, rejects, returns false or takes too long. */
  | { readonly check: (context: CheckContext) => unknown; readonly impact?: Impact | undefined }
  /** Fails while the circuit lets no call through: a replica without traffic would never probe, once its open time is over. */
  | { readonly breaker: Breaker; readonly impact?: Impact | undefined }
  /** Fails while it would reject a call. */
  | { readonly bulkhead: Compartment; readonly impact?: Impact | undefined }

const EXPECTED = 'must be { check }, { breaker } or { bulkhead }, with impact critical or degrading'

/** Throws a `TypeError` for what readiness could not look at: it would tell so at the first probe only. */
export function assertCheck(name: string, given: unknown): void {
  if (!isCheck(given)) throw new TypeError(`lifecycle: check ${show(name)} ${EXPECTED}, got ${show(given)}`)
}

function isCheck(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false
  const { impact = 'degrading', check, breaker, bulkhead } = given as Record<string, unknown>
  if (impact !== 'degrading' && impact !== 'critical') return false
  if (breaker !== undefined) return isBreaker(breaker)
  return bulkhead === undefined ? typeof check === 'function' : isCompartment(bulkhead)
}

export function isBreaker(value: unknown): value is Breaker {
  const { state, snapshot } = (value ?? {}) as Record<string, unknown>
  return typeof state === 'string' && typeof snapshot === 'function'
}

function isCompartment(value: unknown): boolean {
  const { active, queued, maxConcurrent, maxQueued } = (value ?? {}) as Record<string, unknown>
  return [active, queued, maxConcurrent, maxQueued].every(count => typeof count === 'number')
}
