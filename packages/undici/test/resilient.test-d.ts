import { type ResilientInterceptor, resilient } from '@holdfast/undici'
import { Agent, type Dispatcher, setGlobalDispatcher } from 'undici'
import { describe, expectTypeOf, it } from 'vitest'

describe('the type of resilient', () => {
  it('is that of an interceptor', () => {
    expectTypeOf(resilient()).toEqualTypeOf<ResilientInterceptor>()
    expectTypeOf(resilient()).toExtend<Dispatcher.DispatcherComposeInterceptor>()
    expectTypeOf(new Agent().compose(resilient())).toExtend<Dispatcher>()
    expectTypeOf(setGlobalDispatcher).toBeCallableWith(new Agent().compose(resilient()))
  })

  it('knows its options', () => {
    expectTypeOf(resilient).toBeCallableWith({
      retry: { maxAttempts: 4 },
      breaker: false,
      attempt: { timeoutMs: 1_000 },
    })
    // @ts-expect-error there is no such option
    resilient({ retries: 3 })
  })
})
