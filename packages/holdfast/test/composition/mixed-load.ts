import {
  bulkhead,
  type Clock,
  circuitBreaker,
  consecutiveFailures,
  constant,
  failureRate,
  fallback,
  isHoldfastError,
  keyed,
  type Operation,
  pipeline,
  type RunOptions,
  retry,
  retryBudget,
  timeout,
} from 'holdfast'
import { contextOf, keyOf } from './call-key.ts'
import { type Brought, loadOperations } from './load-operations.ts'

export const MAX_KEYS = 12
export const SLOTS = 60
const MAX_QUEUED = 250

export interface LoadOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Of the caller that most runs are made for, and that outlives them all. */
  readonly signal: AbortSignal
  /** Is shown all that a run leaves to the garbage collector. */
  readonly watch: (object: object) => void
}

/** A service under all five policies, with a breaker per key, and the load of all kinds that it is under. */
export function mixedLoad({ clock, random, signal, watch }: LoadOptions) {
  const slots = bulkhead({ clock, maxConcurrent: SLOTS, maxQueued: MAX_QUEUED, maxWaitMs: 10, reclaimMs: 1_000 })
  const trips = [consecutiveFailures(8), failureRate({ threshold: 0.8, windowMs: 200, minCalls: 10 })] as const
  const breakers = keyed({
    clock,
    by: keyOf,
    maxKeys: MAX_KEYS,
    make: key =>
      circuitBreaker({
        clock,
        random,
        name: `load ${key}`,
        openMs: 50,
        halfOpen: { probeTimeoutMs: 1_000 },
        trip: trips[key.length % 2],
      }),
  })
  const again = constant({ delayMs: 5 })
  const service = pipeline(
    fallback({
      clock,
      to: () => ({ how: 'fallback' }),
      handles: ({ error }) => (error as Brought).how === 'answerable',
    }),
    slots,
    retry({ clock, random, backoff: again, budget: retryBudget({ ratio: 0.5 }) }),
    breakers,
    timeout({ clock, timeoutMs: 15, name: 'attempt' }),
    { name: 'service' },
  )
  const outer = timeout({ clock, timeoutMs: 25, name: 'outer' })
  const inner = pipeline(
    retry({ clock, random, backoff: again, maxAttempts: 2 }),
    timeout({ clock, timeoutMs: 8, name: 'inner' }),
  )
  const operations = loadOperations({ clock, random, inner })
  const endings: Record<string, number> = {}
  let [open, discarded] = [0, 0]

  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const discard = (late: Brought): void => {
    watch(late)
    discarded++
  }

  /** A run that its own caller aborts: before it begins, meanwhile, or when it is over. */
  const aborted = (operation: Operation<Brought>, options: RunOptions<Brought>): Promise<Brought> => {
    const controller = new AbortController()
    watch(controller.signal)
    const delayMs = Math.floor(random() * 30)
    const abort = (when: string): void => controller.abort({ how: `aborted ${when}` })
    if (delayMs === 0) abort('before')
    else {
      open++
      clock.setTimeout(() => {
        open--
        abort('meanwhile')
      }, delayMs)
    }
    return random() < 0.5
      ? service.run(operation, { ...options, signal: controller.signal })
      : outer.run(call => service.run(operation, call), { ...options, signal: controller.signal })
  }

  const ways: readonly ((operation: Operation<Brought>, options: RunOptions<Brought>) => Promise<Brought>)[] = [
    operation => service.run(operation),
    (operation, { context }) => service.run(operation, { context }),
    (operation, options) => service.run(operation, options),
    (operation, options) => service.run(operation, options),
    (operation, options) => service.run(operation, { ...options, discard }),
    (operation, options) => service.run(operation, { ...options, timeoutMs: 1_000 }),
    (operation, options) => service.run(operation, { ...options, timeoutMs: 1 + random() * 20, discard }),
    (operation, options) => outer.run(call => service.run(operation, call), { ...options, discard }),
    aborted,
  ]

  const settle = (end: Brought): void => {
    open--
    endings[end.how] = (endings[end.how] ?? 0) + 1
    watch(end)
  }

  return {
    service,
    slots,
    breakers,
    endings,
    get discarded() {
      return discarded
    },
    /** Whether all runs have ended, and all work that outlived its run. */
    get isIdle() {
      return open + operations.running === 0
    },
    /** Begins a run of any kind. */
    begin: (): void => {
      // Ten keys are common, ten are rare: these make each other leave. Two are those of services that are down.
      const key = 'k'.repeat((random() < 0.01 ? 11 : 1) + Math.floor(random() * 10))
      const operation = key.length < 3 ? operations.failing() : operations.any()
      const seen: Operation<Brought> = call => {
        watch(call)
        return operation(call)
      }
      watch(seen)
      open++
      void pick(ways)(seen, { signal, context: contextOf(key) }).then(settle, (error: unknown) =>
        settle(isHoldfastError(error) ? protection(error) : (error as Brought)),
      )
    },
  }
}

function protection(error: Error): Brought {
  if (isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT')) return { how: `limit of ${error.policy}` }
  if (isHoldfastError(error, 'ERR_HOLDFAST_CIRCUIT_OPEN')) return { how: 'circuit open' }
  const { queued } = error as unknown as { queued: number }
  return { how: queued === MAX_QUEUED ? 'queue full' : 'waited too long' }
}
