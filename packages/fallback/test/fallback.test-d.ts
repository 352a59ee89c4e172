import type { Call, Policy } from '@holdfast/core'
import { type FallbackEvent, fallback } from '@holdfast/fallback'
import { describe, expectTypeOf, it } from 'vitest'

interface Product {
  readonly id: number
}

interface StaleProduct {
  readonly staleSinceMs: number
}

declare const product: Product
declare const stale: StaleProduct

describe('fallback', () => {
  it('adds the type of its answer to that of the result', () => {
    const policy = fallback({ to: () => stale })

    expectTypeOf(policy).toEqualTypeOf<Policy<StaleProduct, FallbackEvent>>()
    expectTypeOf(policy.run(async () => product)).toEqualTypeOf<Promise<Product | StaleProduct>>()
  })

  it('adds what its promise brings', () => {
    const policy = fallback({ to: async () => stale })

    expectTypeOf(policy.run(() => product)).toEqualTypeOf<Promise<Product | StaleProduct>>()
  })

  it('adds nothing new where its answer is of the type of the result', () => {
    const policy = fallback({ to: () => product })

    expectTypeOf(policy.run(() => product)).toEqualTypeOf<Promise<Product>>()
  })

  it('adds nothing where it never answers', () => {
    const policy = fallback({
      to: ({ error }): never => {
        throw error
      },
    })

    expectTypeOf(policy.run(() => product)).toEqualTypeOf<Promise<Product>>()
  })

  it('adds undefined and null, too', () => {
    expectTypeOf(fallback({ to: () => undefined }).run(() => product)).toEqualTypeOf<Promise<Product | undefined>>()
    expectTypeOf(fallback({ to: () => null }).run(() => product)).toEqualTypeOf<Promise<Product | null>>()
  })

  it('knows the types of the facts that callbacks are told', () => {
    fallback({
      to: ({ error, result, attempt, call }) => {
        expectTypeOf(error).toBeUnknown()
        expectTypeOf(result).toBeUnknown()
        expectTypeOf(attempt).toBeNumber()
        expectTypeOf(call).toEqualTypeOf<Call>()
      },
      handles: ({ error }) => error instanceof TypeError,
      handlesResult: (response: Response) => response.status >= 500,
    })
    // @ts-expect-error a predicate decides at once
    fallback({ to: () => stale, handles: async () => true })
    // @ts-expect-error the answer is required
    fallback({})
  })

  it('tells its events apart by their type', () => {
    fallback({ to: () => stale }).subscribe(event => {
      expectTypeOf(event.type).toEqualTypeOf<'fallback.used' | 'fallback.failed'>()
      if (event.type === 'fallback.failed') expectTypeOf(event.fallbackError).toBeUnknown()
    })
  })
})
