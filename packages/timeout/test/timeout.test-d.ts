import type { Call, Policy } from '@holdfast/core'
import { type TimeoutEvent, timeout } from '@holdfast/timeout'
import { describe, expectTypeOf, it } from 'vitest'

interface Product {
  readonly id: number
}

declare const product: Product

describe('timeout', () => {
  it('adds nothing to the type of the result', () => {
    const policy = timeout({ timeoutMs: 800 })

    expectTypeOf(policy).toEqualTypeOf<Policy<never, TimeoutEvent>>()
    expectTypeOf(policy.run(async () => product)).toEqualTypeOf<Promise<Product>>()
  })

  it('takes a limit or a function of the call', () => {
    timeout({
      timeoutMs: call => {
        expectTypeOf(call).toEqualTypeOf<Call>()
        return call.remainingMs() / 2
      },
    })
    // @ts-expect-error the limit is required
    timeout({})
    // @ts-expect-error a limit is a number
    timeout({ timeoutMs: '800' })
    // @ts-expect-error the limit is known at once
    timeout({ timeoutMs: async () => 800 })
  })

  it('tells its events apart by their type', () => {
    timeout({ timeoutMs: 800 }).subscribe(event => {
      if (event.type === 'timeout.expired') expectTypeOf(event.timeoutMs).toBeNumber()
      else {
        expectTypeOf(event.outcome).toEqualTypeOf<'value' | 'error'>()
        expectTypeOf(event.lateMs).toBeNumber()
      }
    })
  })

  it('gives discard the type of the result', () => {
    const policy = timeout({ timeoutMs: 800 })

    void policy.run(async () => product, { discard: late => expectTypeOf(late).toEqualTypeOf<Product>() })
  })
})
