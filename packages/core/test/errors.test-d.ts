import {
  type AttemptSettled,
  type BulkheadFullError,
  type CircuitOpenError,
  type HoldfastErrors,
  isHoldfastError,
  observe,
  type PolicyEvent,
  type TimeoutError,
} from '@holdfast/core'
import { describe, expectTypeOf, it } from 'vitest'

declare const error: unknown

describe('isHoldfastError', () => {
  it('narrows to the one error with that code', () => {
    if (isHoldfastError(error, 'ERR_HOLDFAST_CIRCUIT_OPEN')) {
      expectTypeOf(error).toEqualTypeOf<CircuitOpenError>()
      expectTypeOf(error.retryAfterMs).toEqualTypeOf<number>()
    }
    if (isHoldfastError(error, 'ERR_HOLDFAST_BULKHEAD_FULL')) expectTypeOf(error).toEqualTypeOf<BulkheadFullError>()
  })

  it('narrows to all of them without a code, told apart by it', () => {
    if (!isHoldfastError(error)) return
    expectTypeOf(error).toEqualTypeOf<HoldfastErrors[keyof HoldfastErrors]>()
    if (error.code === 'ERR_HOLDFAST_TIMEOUT') expectTypeOf(error).toEqualTypeOf<TimeoutError>()
  })

  it('refuses a code that there is not', () => {
    // @ts-expect-error: a typo
    isHoldfastError(error, 'ERR_HOLDFAST_TIMOUT')
  })
})

describe('observe', () => {
  it('gives events that can be told apart once they are named', () => {
    observe({
      event: event => {
        expectTypeOf(event).toEqualTypeOf<PolicyEvent>()
        if (event.type === 'attempt.settled') expectTypeOf(event as AttemptSettled).toHaveProperty('durationMs')
      },
    })
  })

  it('gives `around` what goes on inside as a promise', () => {
    observe({
      around: ({ scope, callId }, next) => {
        expectTypeOf(scope).toEqualTypeOf<'call' | 'attempt'>()
        expectTypeOf(callId).toEqualTypeOf<number>()
        expectTypeOf(next).toEqualTypeOf<() => Promise<unknown>>()
      },
    })
  })

  it('refuses members that there are not', () => {
    // @ts-expect-error: a typo
    observe({ events: () => {} })
  })
})
