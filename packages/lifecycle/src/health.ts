import { type Clock, policies } from '@holdfast/core'
import { promised } from '@holdfast/core/kernel'
import { CachedCheck } from './cached-check.ts'
import { assertCheck, type Breaker, type Check, type Compartment, type Impact, isBreaker } from './checks.ts'

/** Breakers that are found by themselves are told up to this number. */
const MOST_DISCOVERED = 100

/** What a probe tells of one check. */
export interface CheckReport {
  readonly status: 'up' | 'down'
  readonly impact: Impact
}

/** What a probe is answered. */
export interface Health {
  /** `degraded`: ready, with something amiss that another replica could not do better. */
  readonly status: 'up' | 'degraded' | 'down'
  /** The HTTP status: 200, or 503 of what is down. */
  readonly code: 200 | 503
  /** Where the process is in its life. */
  readonly state: State
  /** What readiness has looked at, by name. */
  readonly checks?: Readonly<Record<string, CheckReport>>
}

/** Where a process stands between its start and its end. */
export type State = 'starting' | 'running' | 'draining' | 'closing' | 'stopped'

export interface HealthOptions {
  readonly clock: Clock
  readonly checkIntervalMs: number
  readonly checkTimeoutMs: number
  readonly discover: boolean
  readonly details: boolean
}

interface Watched {
  readonly impact: Impact
  /** The policy behind it, so that it is not told twice. */
  readonly policy: unknown
  isHealthy(): boolean | Promise<boolean>
}

/** What readiness looks at. */
export class Checks {
  readonly #options: HealthOptions
  readonly #watched = new Map<string, Watched>()

  constructor(options: HealthOptions) {
    this.#options = options
  }

  add(name: string, check: Check): () => void {
    assertCheck(name, check)
    const watched = this.#watchedBy(check)
    this.#watched.set(name, watched)
    return () => {
      if (this.#watched.get(name) === watched) this.#watched.delete(name)
    }
  }

  /** Makes the checks that are due, and waits for them. */
  async health(state: State): Promise<Health> {
    const { details } = this.#options
    const named = [...this.#watched].map(async ([name, watched]) => {
      const { impact } = watched
      // Breakers and bulkheads of others may throw: a probe must not end the process.
      const isHealthy = await promised(() => watched.isHealthy()).catch(() => false)
      const status: CheckReport['status'] = isHealthy ? 'up' : 'down'
      return [name, { status, impact }] as const
    })
    const reports = [...(await Promise.all(named)), ...this.#discovered()]
    const down = reports.filter(([, { status }]) => status === 'down')
    const isCritical = down.some(([, { impact }]) => impact === 'critical')
    const told = details ? { checks: Object.fromEntries(reports) } : {}
    if (isCritical) return { status: 'down', code: 503, state, ...told }
    return { status: down.length > 0 ? 'degraded' : 'up', code: 200, state, ...told }
  }

  /** The breakers of the process that nobody has named here. */
  #discovered(): (readonly [string, CheckReport])[] {
    if (!this.#options.discover) return []
    const known = new Set([...this.#watched.values()].map(({ policy }) => policy))
    const reports = new Map<string, CheckReport>()
    for (const policy of policies()) {
      if (policy.kind !== 'circuit-breaker' || known.has(policy) || this.#watched.has(policy.name)) continue
      // Policies of others may call themselves by any kind.
      if (!isBreaker(policy)) continue
      const isDown = !letsThrough(policy, this.#options.clock)
      // Of breakers of one name, such as those of a `keyed`, one that is open is what counts.
      if (reports.has(policy.name) ? isDown : reports.size < MOST_DISCOVERED) {
        reports.set(policy.name, { status: isDown ? 'down' : 'up', impact: 'degrading' })
      }
    }
    return [...reports]
  }

  #watchedBy(given: Check): Watched {
    const { impact = 'degrading' } = given
    const { clock, checkIntervalMs: intervalMs, checkTimeoutMs: timeoutMs } = this.#options
    if ('breaker' in given) {
      const { breaker } = given
      return { impact, policy: breaker, isHealthy: () => letsThrough(breaker, clock) }
    }
    if ('bulkhead' in given) {
      const { bulkhead } = given
      return { impact, policy: bulkhead, isHealthy: () => hasRoom(bulkhead) }
    }
    const cached = new CachedCheck({ check: given.check, clock, intervalMs, timeoutMs })
    return { impact, policy: undefined, isHealthy: () => cached.isHealthy() }
  }
}

/** An open circuit becomes half-open by the next call: without readiness there would be none. */
function letsThrough(breaker: Breaker, clock: Clock): boolean {
  if (breaker.state !== 'open') return breaker.state !== 'isolated'
  const { openUntilEpochMs } = breaker.snapshot()
  return openUntilEpochMs !== null && openUntilEpochMs <= clock.epochMs()
}

const hasRoom = ({ active, queued, maxConcurrent, maxQueued }: Compartment): boolean =>
  active < maxConcurrent || queued < maxQueued
