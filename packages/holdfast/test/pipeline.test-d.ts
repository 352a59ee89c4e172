import {
  type BulkheadEvent,
  bulkhead,
  type CircuitEvent,
  circuitBreaker,
  type EventOf,
  type FallbackEvent,
  fallback,
  type KeyedEvent,
  keyed,
  type Policy,
  pipeline,
  protect,
  type RetryEvent,
  retry,
  type TimeoutEvent,
  timeout,
} from 'holdfast'
import { describe, expectTypeOf, it } from 'vitest'

interface Product {
  readonly id: number
}
interface Stale {
  readonly sinceMs: number
}

declare const product: Product
declare const stale: Stale

const total = timeout({ timeoutMs: 3_000 })
const attempts = retry()
const breaker = circuitBreaker()
const slots = bulkhead({ maxConcurrent: 4 })
const limit = timeout({ timeoutMs: 800 })
const orStale = fallback({ to: () => stale })
const orNull = fallback({ to: async () => null })
const perHost = keyed({ by: () => 'host', make: () => circuitBreaker() })

const load = async (): Promise<Product> => product

describe('pipeline', () => {
  it('of one policy', () => {
    const policy = pipeline(total)

    expectTypeOf(policy).toEqualTypeOf<Policy<never, TimeoutEvent>>()
    expectTypeOf(policy.run(load)).toEqualTypeOf<Promise<Product>>()
  })

  it('of two policies', () => {
    const policy = pipeline(total, attempts)

    expectTypeOf(policy).toEqualTypeOf<Policy<never, TimeoutEvent | RetryEvent>>()
    expectTypeOf(policy.run(load)).toEqualTypeOf<Promise<Product>>()
  })

  it('of three policies', () => {
    const policy = pipeline(total, attempts, breaker)

    expectTypeOf<EventOf<typeof policy>>().toEqualTypeOf<TimeoutEvent | RetryEvent | CircuitEvent>()
    expectTypeOf(policy.run(load)).toEqualTypeOf<Promise<Product>>()
  })

  it('of four policies', () => {
    const policy = pipeline(total, attempts, breaker, limit)

    expectTypeOf<EventOf<typeof policy>>().toEqualTypeOf<TimeoutEvent | RetryEvent | CircuitEvent>()
    expectTypeOf(policy.run(load)).toEqualTypeOf<Promise<Product>>()
  })

  it('of five policies, with what a fallback adds', () => {
    const policy = pipeline(orStale, attempts, breaker, slots, limit)

    expectTypeOf<EventOf<typeof policy>>().toEqualTypeOf<
      FallbackEvent | RetryEvent | CircuitEvent | BulkheadEvent | TimeoutEvent
    >()
    expectTypeOf(policy.run(load)).toEqualTypeOf<Promise<Product | Stale>>()
  })

  it('of six policies', () => {
    const policy = pipeline(orStale, total, attempts, breaker, slots, limit)

    expectTypeOf<EventOf<typeof policy>>().toEqualTypeOf<
      FallbackEvent | RetryEvent | CircuitEvent | BulkheadEvent | TimeoutEvent
    >()
    expectTypeOf(policy.run(load)).toEqualTypeOf<Promise<Product | Stale>>()
  })

  it('of seven policies, with what two fallbacks add', () => {
    const policy = pipeline(orNull, orStale, total, attempts, breaker, slots, limit)

    expectTypeOf(policy.run(load)).toEqualTypeOf<Promise<Product | Stale | null>>()
  })

  it('of eight policies, one of them for each key', () => {
    const policy = pipeline(orNull, orStale, total, attempts, perHost, breaker, slots, limit)

    expectTypeOf<EventOf<typeof policy>>().toEqualTypeOf<
      FallbackEvent | RetryEvent | CircuitEvent | BulkheadEvent | TimeoutEvent | KeyedEvent
    >()
    expectTypeOf(policy.run(load)).toEqualTypeOf<Promise<Product | Stale | null>>()
  })

  it('takes its options last, or its name first, and infers the same', () => {
    const last = pipeline(orStale, attempts, { name: 'catalogue' })
    const first = pipeline.named('catalogue', orStale, attempts)

    expectTypeOf(last.run(load)).toEqualTypeOf<Promise<Product | Stale>>()
    expectTypeOf(first.run(load)).toEqualTypeOf<Promise<Product | Stale>>()
    expectTypeOf<EventOf<typeof last>>().toEqualTypeOf<FallbackEvent | RetryEvent>()
    expectTypeOf<EventOf<typeof first>>().toEqualTypeOf<FallbackEvent | RetryEvent>()
  })

  it('is a member of other pipelines', () => {
    const policy = pipeline(orStale, pipeline(attempts, pipeline(breaker, limit)))

    expectTypeOf(policy).toEqualTypeOf<Policy<Stale, FallbackEvent | RetryEvent | CircuitEvent | TimeoutEvent>>()
  })

  it('tells events apart by their type', () => {
    pipeline(total, attempts, breaker).subscribe(event => {
      if (event.type === 'retry.scheduled') expectTypeOf(event.delayMs).toBeNumber()
      if (event.type === 'timeout.expired') expectTypeOf(event.timeoutMs).toBeNumber()
      if (event.type === 'circuit.opened') expectTypeOf(event.trips).toBeNumber()
      // @ts-expect-error no member is a bulkhead
      if (event.type === 'bulkhead.queued') return
    })
  })

  it('refuses what is no policy', () => {
    // @ts-expect-error a number is no policy
    pipeline(attempts, 3)
    // @ts-expect-error a factory is no policy
    pipeline(retry)
  })

  it('protects a function and keeps its signature', () => {
    const find = protect(pipeline(orStale, attempts), async (id: string, year?: number) => ({ id, year }))

    expectTypeOf(find).parameters.toEqualTypeOf<[id: string, year?: number | undefined]>()
    expectTypeOf(find('7')).toEqualTypeOf<Promise<{ id: string; year: number | undefined } | Stale>>()
  })
})
