import type { CircuitBreaker } from '@holdfast/circuit-breaker'
import type { Call, Clock, Keyed, Policy } from '@holdfast/core'
import {
  type Deadline,
  deadlineFrom,
  type HttpEvent,
  type HttpExchange,
  type HttpRetryInfo,
  type HttpStatusError,
  longCalls,
  mayRepeat,
  type RequestFacts,
  type ResilientFetch,
  type ResilientFetchOptions,
  requestOf,
  resilientFetch,
  retryAfterMs,
  retryInfo,
} from '@holdfast/fetch'
import { retry } from '@holdfast/retry'
import { timeout } from '@holdfast/timeout'
import { describe, expectTypeOf, it } from 'vitest'

declare const incoming: import('node:http').IncomingMessage
declare const stream: import('node:stream').Readable

describe('resilientFetch', () => {
  const api = resilientFetch()

  it('is a fetch: it goes wherever one is wanted', () => {
    expectTypeOf(api).toEqualTypeOf<ResilientFetch>()
    expectTypeOf(api).toExtend<typeof fetch>()
    expectTypeOf(resilientFetch({ throwsOnStatus: true })).toExtend<typeof fetch>()
    expectTypeOf(api('https://api.example')).toEqualTypeOf<Promise<Response>>()
  })

  it('takes another fetch, a resilient one too', () => {
    resilientFetch({ fetch })
    resilientFetch({ fetch: api })
    // @ts-expect-error it must answer with a response
    resilientFetch({ fetch: async () => 'kelp' })
  })

  it('takes what fetch takes', () => {
    void api(new URL('https://api.example'), { method: 'POST', body: new FormData(), signal: null })
    void api(new Request('https://api.example'), { headers: [['a', 'b']], redirect: 'manual' })
    // @ts-expect-error an address is needed
    void api()
    // @ts-expect-error a body is no number
    void api('https://api.example', { body: 7 })
  })

  it('takes more than fetch does', () => {
    void api('https://api.example', { body: stream })
    void api('https://api.example', { body: (async function* () {})() })
    void api('https://api.example', { body: () => 'kelp' })
    void api('https://api.example', { body: async () => new Blob() })
    void api('https://api.example', { body: () => stream })
    void api('https://api.example', { deadline: deadlineFrom(incoming), context: { tenant: 'north' } })
    void api('https://api.example', { deadline: undefined, body: undefined, context: undefined })
    void retry().run(call => api('https://api.example', { deadline: call }))
    // @ts-expect-error a deadline says what is left
    void api('https://api.example', { deadline: 5_000 })
    // @ts-expect-error it is not known what such a function would make
    void api('https://api.example', { body: () => 7 })
  })

  it('has its policies, and the breakers by key', () => {
    expectTypeOf(api.policy).toEqualTypeOf<Policy<never, HttpEvent>>()
    api.policy.subscribe(event => {
      if (event.type === 'retry.scheduled') expectTypeOf(event.delayMs).toBeNumber()
      if (event.type === 'circuit.opened') expectTypeOf(event.trips).toBeNumber()
      if (event.type === 'timeout.expired') expectTypeOf(event.timeoutMs).toBeNumber()
    })
    expectTypeOf(api.breakers).toEqualTypeOf<Keyed<string, CircuitBreaker> | undefined>()
    expectTypeOf(api.breakerOf('https://api.example')).toEqualTypeOf<CircuitBreaker | undefined>()
  })

  it('takes options, a policy or false for each part', () => {
    resilientFetch({ total: false, retry: false, breaker: false, attempt: false })
    resilientFetch({ total: timeout({ timeoutMs: 5 }), retry: retry(), attempt: timeout({ timeoutMs: 5 }) })
    resilientFetch({ total: { timeoutMs: 5 }, retry: { maxAttempts: 5 }, attempt: {} })
    resilientFetch(longCalls)
    resilientFetch({ ...longCalls, name: 'models' })
    // @ts-expect-error a part is not simply on
    resilientFetch({ retry: true })
    // @ts-expect-error a limit is an option of the part
    resilientFetch({ attempt: 8_000 })
    // @ts-expect-error all parts have the clock of the client
    resilientFetch({ retry: { clock: {} as Clock } })
    // @ts-expect-error there is no such option
    resilientFetch({ retries: 3 })
    // @ts-expect-error a predicate decides at once
    resilientFetch({ isIdempotent: async () => true })
  })

  it('knows the types of what callbacks are told', () => {
    resilientFetch({
      keyBy: request => {
        expectTypeOf(request).toEqualTypeOf<RequestFacts>()
        return request.url.host
      },
      isIdempotent: request => {
        expectTypeOf(request.method).toBeString()
        return true
      },
      breaker: key => {
        expectTypeOf(key).toBeString()
        return {} as CircuitBreaker
      },
      retry: {
        handles: ({ error, attempt, call }) => {
          expectTypeOf(error).toBeUnknown()
          expectTypeOf(attempt).toBeNumber()
          expectTypeOf(requestOf(call)).toEqualTypeOf<HttpExchange | undefined>()
          return true
        },
        handlesResult: (response: Response) => response.status === 202,
        discard: (response: Response) => response.body?.cancel(),
      },
    })
    expectTypeOf<ResilientFetchOptions['fetch']>().toEqualTypeOf<typeof fetch | undefined>()
  })
})

describe('the parts that stand alone', () => {
  it('retryInfo takes anything and may know nothing', () => {
    expectTypeOf(retryInfo('text')).toEqualTypeOf<HttpRetryInfo | undefined>()
    expectTypeOf<'body'>().toExtend<HttpRetryInfo['stopped']>()
  })

  it('deadlineFrom takes requests of the web and of Node', () => {
    expectTypeOf(deadlineFrom(incoming)).toEqualTypeOf<Deadline>()
    expectTypeOf(deadlineFrom(new Request('https://api.example'))).toEqualTypeOf<Deadline>()
    expectTypeOf<Call>().toExtend<Deadline>()
  })

  it('retryAfterMs takes responses and headers of the web and of Node', () => {
    expectTypeOf(retryAfterMs(new Response())).toEqualTypeOf<number | undefined>()
    retryAfterMs(new Headers())
    retryAfterMs(incoming)
    retryAfterMs(incoming.headers)
  })

  it('mayRepeat takes an error or a status', () => {
    expectTypeOf(mayRepeat({ method: 'POST', error: 'any' })).toBeBoolean()
    mayRepeat({ method: 'POST', status: 503, headers: incoming.headers })
    // @ts-expect-error the method decides
    mayRepeat({ status: 503 })
  })

  it('HttpStatusError tells its response', () => {
    expectTypeOf<HttpStatusError['response']>().toEqualTypeOf<Response>()
    expectTypeOf<HttpStatusError['code']>().toEqualTypeOf<'ERR_HOLDFAST_HTTP_STATUS'>()
  })
})
