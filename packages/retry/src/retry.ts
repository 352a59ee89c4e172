import type { Operation, Policy } from '@holdfast/core'
import {
  definePolicy,
  Emitter,
  isUnwantedPromise,
  type KernelCall,
  type Runner,
  type Traits,
  through,
} from '@holdfast/core/kernel'
import type { RetryEvent } from './events.ts'
import { type RetryOptions, type RetrySettings, readRetryOptions } from './options.ts'
import { Recovery } from './recovery.ts'
import { succeeds } from './verdict.ts'

/** Attempts that are looked at to say how long a retry may wait in all. */
const FORESEEN_ATTEMPTS = 100

/** What `retry` makes. */
export interface Retry extends Policy<never, RetryEvent> {
  /** Retries that the budget would grant now; Infinity without one. */
  readonly budgetRemaining: number
}

/**
 * Calls the operation again when it fails, after a wait, while its budget allows. Ends at once when the wait would
 * reach the deadline. Rejects with what the operation threw last; returns its last result if that was judged a failure.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const user = await retry({ maxAttempts: 4 }).run(({ signal }) => getJson(url, signal))
 */
export function retry(options?: RetryOptions): Retry {
  const settings = readRetryOptions(options)
  const { budget, clock, handlesResult } = settings
  const emitter = new Emitter<RetryEvent>(settings)

  const link = (next: Runner): Runner => {
    const recovery = (operation: Operation<unknown>, call: KernelCall): Recovery<unknown> =>
      new Recovery({ settings, emitter, next, operation, call })
    return through<KernelCall>(
      {
        enter: call => {
          if (budget !== false) isUnwantedPromise(budget.deposit(clock, call))
          // A retry within the operation of another counts its own attempts.
          return call.attempt === 1 ? call : undefined
        },
        instead: ((operation, call) => recovery(operation, call).start()) as Runner,
        onValue:
          handlesResult &&
          ((value, _, call, operation) =>
            succeeds(settings, call, value) ? value : recovery(operation, call).after({ result: value })),
        onError: (error, _, call, operation) => recovery(operation, call).after({ error }),
      },
      next,
    )
  }
  return definePolicy<never, RetryEvent, Omit<Retry, keyof Policy>>(
    { emitter, link, traits: traitsOf(settings) },
    {
      get budgetRemaining() {
        return budget === false ? Infinity : budget.remaining(clock)
      },
    },
  )
}

function traitsOf({ maxAttempts, backoff }: RetrySettings): Traits {
  const { longestMs } = backoff
  if (longestMs === undefined || maxAttempts > FORESEEN_ATTEMPTS) return { maxAttempts }
  const waits = Array.from({ length: maxAttempts - 1 }, (_, index) => longestMs(index + 1))
  return { maxAttempts, maxDelaysMs: waits.reduce((sum, wait) => sum + wait, 0) }
}
