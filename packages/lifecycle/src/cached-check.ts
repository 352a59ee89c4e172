import type { Clock } from '@holdfast/core'
import { startTimer } from '@holdfast/core/kernel'
import type { CheckContext } from './checks.ts'

export interface CachedCheckOptions {
  readonly check: (context: CheckContext) => unknown
  readonly clock: Clock
  readonly intervalMs: number
  readonly timeoutMs: number
}

/**
 * A check that is made when somebody asks, and once an interval at most, however many ask: those who come while it is on
 * its way wait for it, those who come after it get its result. So nobody waits longer than its timeout.
 */
export class CachedCheck {
  readonly #options: CachedCheckOptions
  #startedMs = Number.NEGATIVE_INFINITY
  #latest: Promise<boolean> | undefined

  constructor(options: CachedCheckOptions) {
    this.#options = options
  }

  isHealthy(): Promise<boolean> {
    const { clock, intervalMs } = this.#options
    const ageMs = clock.nowMs() - this.#startedMs
    // A clock that went backwards would keep the result for as long.
    if (this.#latest !== undefined && ageMs >= 0 && ageMs < intervalMs) return this.#latest
    this.#startedMs = clock.nowMs()
    this.#latest = this.#make()
    return this.#latest
  }

  #make(): Promise<boolean> {
    const { check, clock, timeoutMs } = this.#options
    const controller = new AbortController()
    return new Promise(resolve => {
      const timer = startTimer(
        clock,
        () => {
          resolve(false)
          controller.abort(new Error(`the check took longer than ${timeoutMs} ms`))
        },
        timeoutMs,
      )
      const settle = (isHealthy: boolean): void => {
        clock.clearTimeout(timer)
        resolve(isHealthy)
      }
      Promise.resolve(controller)
        .then(check)
        .then(
          result => settle(result !== false),
          () => settle(false),
        )
    })
  }
}
