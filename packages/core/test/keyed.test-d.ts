import { type Keyed, type KeyedEvent, keyed, type Policy, type PolicyEvent, pipeline } from '@holdfast/core'
import { describe, expectTypeOf, it } from 'vitest'

interface Opened extends PolicyEvent {
  readonly type: 'circuit.opened'
}
interface Breaker extends Policy<'stale', Opened> {
  readonly state: 'open' | 'closed'
}

declare const breaker: Breaker

describe('keyed', () => {
  const perHost = keyed({ by: call => String(call.attempt), make: (_host: string) => breaker })

  it('infers key and policy', () => {
    expectTypeOf(perHost).toEqualTypeOf<Keyed<string, Breaker>>()
    expectTypeOf(perHost.get('example.com')).toEqualTypeOf<Breaker | undefined>()
    expectTypeOf(perHost.entries()).toEqualTypeOf<IterableIterator<[string, Breaker]>>()
    expectTypeOf(perHost.size).toEqualTypeOf<number>()
  })

  it('infers the key from `by` alone', () => {
    keyed({
      by: call => call.attempt,
      make: key => {
        expectTypeOf(key).toEqualTypeOf<number>()
        return breaker
      },
    })
  })

  it('adds what its policies add, and tells what they tell besides its own events', () => {
    expectTypeOf(perHost.run(() => 5)).toEqualTypeOf<Promise<number | 'stale'>>()
    perHost.subscribe(event => expectTypeOf(event).toEqualTypeOf<Opened | KeyedEvent>())
  })

  it('keeps both in a pipeline', () => {
    expectTypeOf(pipeline(perHost)).toEqualTypeOf<Policy<'stale', Opened | KeyedEvent>>()
  })

  it('wants the same policy for the overflow', () => {
    keyed({ by: () => 'a', make: () => breaker, makeOverflow: () => breaker })
    // @ts-expect-error: no breaker
    keyed<string, Breaker>({ by: () => 'a', make: () => breaker, makeOverflow: () => pipeline() })
  })

  it('wants policies', () => {
    // @ts-expect-error: a state is no policy
    keyed({ by: () => 'a', make: () => breaker.state })
  })
})
