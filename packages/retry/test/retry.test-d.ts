import type { Call, ErrorFacts, Policy } from '@holdfast/core'
import {
  permanent,
  type Retry,
  type RetryBudget,
  type RetryEvent,
  type RetryInfo,
  retry,
  retryBudget,
  retryInfo,
} from '@holdfast/retry'
import { describe, expectTypeOf, it } from 'vitest'

interface Product {
  readonly id: number
}

declare const product: Product

describe('retry', () => {
  it('adds nothing to the type of the result', () => {
    const policy = retry()

    expectTypeOf(policy).toEqualTypeOf<Retry>()
    expectTypeOf(policy).toExtend<Policy<never, RetryEvent>>()
    expectTypeOf(policy.run(async () => product)).toEqualTypeOf<Promise<Product>>()
    expectTypeOf(policy.run(() => product)).toEqualTypeOf<Promise<Product>>()
  })

  it('accepts a handlesResult of the type of the results', () => {
    retry({ handlesResult: (response: Response) => response.status >= 500 })
    retry({ handlesResult: result => result === undefined })
    // @ts-expect-error a promise would always be true
    retry({ handlesResult: async (response: Response) => response.ok })
  })

  it('knows the types of the facts that callbacks are told', () => {
    retry({
      handles: ({ error, result, attempt, call }) => {
        expectTypeOf(error).toBeUnknown()
        expectTypeOf(result).toBeUnknown()
        expectTypeOf(attempt).toBeNumber()
        expectTypeOf(call).toEqualTypeOf<Call>()
        return true
      },
      delayFor: ({ delayMs }) => {
        expectTypeOf(delayMs).toBeNumber()
        return undefined
      },
    })
    // @ts-expect-error a predicate decides at once
    retry({ handles: async () => true })
  })

  it('refuses options that do not exist', () => {
    // @ts-expect-error it is maxAttempts
    retry({ attempts: 3 })
    // @ts-expect-error the brand of jitters
    retry({ backoff: { initialDelay: 100 } })
  })

  it('tells its events apart by their type', () => {
    retry().subscribe(event => {
      if (event.type === 'retry.scheduled') expectTypeOf(event.delayMs).toBeNumber()
      if (event.type === 'retry.exhausted') expectTypeOf(event.stopped).toEqualTypeOf<'attempts' | 'deadline'>()
      if (event.type === 'retry.succeeded') expectTypeOf(event.attempts).toBeNumber()
      if (event.type === 'retry.budgetExhausted') expectTypeOf(event).toExtend<ErrorFacts>()
    })
    expectTypeOf<RetryEvent['type']>().toEqualTypeOf<
      'retry.scheduled' | 'retry.succeeded' | 'retry.exhausted' | 'retry.budgetExhausted'
    >()
  })

  it('takes a budget or false', () => {
    expectTypeOf(retryBudget()).toEqualTypeOf<RetryBudget>()
    retry({ budget: false })
    // @ts-expect-error true is no budget
    retry({ budget: true })
  })
})

describe('permanent', () => {
  it('returns what it was given', () => {
    expectTypeOf(permanent(new TypeError('no'))).toEqualTypeOf<TypeError>()
  })
})

describe('retryInfo', () => {
  it('takes anything and may know nothing', () => {
    expectTypeOf(retryInfo('text')).toEqualTypeOf<RetryInfo | undefined>()
  })
})
