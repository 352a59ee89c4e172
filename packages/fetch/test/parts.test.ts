import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { pipeline } from '@holdfast/core'
import { type ResilientFetchOptions, resilientFetch, retryInfo } from '@holdfast/fetch'
import { layer } from '@holdfast/fixtures/layer'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry } from '@holdfast/retry'
import { record, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'
import { client, clientOn, ended, ORIGIN, sentAt } from './client.ts'
import { reset } from './network-errors.ts'
import { answers, fails, hangs, times } from './scripted-fetch.ts'

const off = { total: false, retry: false, breaker: false, attempt: false } as const

describe('a part that is false', () => {
  it('total: the attempts alone bound the call', async () => {
    const made = client(times(5, hangs()), { total: false, retry: { maxAttempts: 5, backoff: () => 60_000 } })

    const rejection = await rejectionOf(ended(made.clock, made.api(ORIGIN)))

    expect(rejection).toMatchObject({ phase: 'attempt' })
    expect(sentAt(made)).toEqual([0, 68_000, 136_000, 204_000, 272_000])
  })

  it('retry: there is one attempt', async () => {
    const { api, clock } = client([answers(429)], { retry: false })

    const response = await ended(clock, api(ORIGIN))

    expect(response.status).toBe(429)
    expect(retryInfo(response)).toBeUndefined()
  })

  it('breaker: nothing opens', async () => {
    const { api, clock, fetch } = client(times(30, answers(500)), { breaker: false, retry: false })

    for (let call = 0; call < 30; call++) await ended(clock, api(ORIGIN))

    expect(fetch.sent).toHaveLength(30)
  })

  it('attempt: one may take all of the time', async () => {
    const made = client([hangs()], { attempt: false })

    const rejection = await rejectionOf(ended(made.clock, made.api(ORIGIN)))

    expect(rejection).toMatchObject({ phase: 'total' })
    expect(sentAt(made)).toEqual([0])
  })

  it('all of them: what remains is fetch', async () => {
    const failure = reset()
    const { api, clock } = client([answers(503), fails(failure)], off)

    const response = await api(ORIGIN)
    const rejection = await rejectionOf(api(ORIGIN))

    expect([response.status, rejection, clock.pendingTimers]).toEqual([503, failure, 0])
  })

  it('all of them: the signal of the caller still counts', async () => {
    const { api } = client([hangs()], off)
    const controller = new AbortController()
    const reason = new Error('enough')

    const rejection = rejectionOf(api(ORIGIN, { signal: controller.signal }))
    controller.abort(reason)

    expect(await rejection).toBe(reason)
  })
})

describe('a part in whose place a policy is given', () => {
  it('total', async () => {
    const clock = virtualClock()
    const { api } = clientOn(clock, [hangs()], { total: timeout({ clock, timeoutMs: 70, name: 'mine' }) })

    expect(await rejectionOf(ended(clock, api(ORIGIN)))).toMatchObject({ policy: 'mine', timeoutMs: 70 })
  })

  it('retry: it alone decides', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, maxAttempts: 4, backoff: constant({ delayMs: 10, jitter: 'none' }) })
    const made = clientOn(clock, [...times(3, fails(reset())), answers(503)], { retry: policy })

    const response = await ended(clock, made.api(ORIGIN, { method: 'POST', body: 'kelp' }))

    expect(response.status).toBe(503)
    expect(sentAt(made)).toEqual([0, 10, 20, 30])
  })

  it('breaker: one for all keys', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, name: 'mine', trip: consecutiveFailures(1) })
    const { api } = clientOn(clock, [fails(reset())], { breaker, retry: false })

    await rejectionOf(ended(clock, api(ORIGIN)))
    const rejection = await rejectionOf(ended(clock, api('https://other.example')))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN', policy: 'mine' })
  })

  it('attempt', async () => {
    const clock = virtualClock()
    const { api, fetch } = clientOn(clock, times(3, hangs()), { attempt: timeout({ clock, timeoutMs: 70 }) })

    expect(await rejectionOf(ended(clock, api(ORIGIN)))).toMatchObject({ timeoutMs: 70 })
    expect(fetch.sent).toHaveLength(3)
  })

  it('any: an empty pipeline is as good as false', async () => {
    const clock = virtualClock()
    const nothing = pipeline({ clock })
    const parts = { total: nothing, retry: nothing, breaker: nothing, attempt: nothing }
    const { api } = clientOn(clock, [answers(503)], parts)

    expect((await api(ORIGIN)).status).toBe(503)
    expect(api.breakerOf(ORIGIN)).toBeUndefined()
  })

  it('may answer with a response of its own', async () => {
    const clock = virtualClock()
    const cached = new Response('kelp of yesterday')
    const fromCache = layer(clock, next => (operation, call) => next(operation, call).catch(() => cached as never))
    const { api } = clientOn(clock, [fails(new Error('no'))], { total: fromCache })

    const response = await ended(clock, api(ORIGIN))

    expect(response).toBe(cached)
    expect(await response.text()).toBe('kelp of yesterday')
  })

  it('must have the clock of the client', () => {
    const options = { clock: virtualClock(), attempt: timeout({ timeoutMs: 70 }) }

    expect(() => resilientFetch(options)).toThrow('has another clock')
  })

  it('must be one in each case where a function makes it', async () => {
    const { api, clock } = client([], { breaker: (() => ({})) as never })

    expect(await rejectionOf(ended(clock, api(ORIGIN)))).toBeInstanceOf(TypeError)
  })

  it('tells its events with all others', async () => {
    const clock = virtualClock()
    const { api } = clientOn(clock, [hangs()], {
      retry: false,
      attempt: timeout({ clock, timeoutMs: 70, name: 'mine' }),
    })
    const recording = record(api.policy)

    await rejectionOf(ended(clock, api(ORIGIN)))

    expect(recording.events.map(({ policy }) => policy.name)).toContain('mine')
  })
})

describe('options of a part', () => {
  it.each([
    ['a function', (): number => 70],
    ['a number', 70],
  ])('timeoutMs may be %s', async (_, timeoutMs) => {
    const { api, clock } = client([hangs()], { retry: false, attempt: { timeoutMs } })

    expect(await rejectionOf(ended(clock, api(ORIGIN)))).toMatchObject({ timeoutMs: 70, phase: 'attempt' })
  })

  it('of the breaker stand for those of the preset, one by one', async () => {
    const { api, clock, fetch } = client(times(3, answers(404)), {
      retry: false,
      breaker: { trip: consecutiveFailures(2), handlesResult: ({ status }: Response) => status === 404, name: 'mine' },
    })

    for (let call = 0; call < 3; call++) await ended(clock, api(ORIGIN)).catch(() => {})

    expect(fetch.sent).toHaveLength(2)
    expect(api.breakerOf(ORIGIN)).toMatchObject({ name: 'mine', state: 'open' })
  })
})

describe('enabled', () => {
  const down: ResilientFetchOptions = { retry: false }

  it('false lets calls pass as if there were no policies', async () => {
    let isOn = true
    const { api, clock, fetch } = client([...times(5, answers(500)), answers(200)], { ...down, enabled: () => isOn })
    for (let call = 0; call < 5; call++) await ended(clock, api(ORIGIN))

    const rejection = await rejectionOf(ended(clock, api(ORIGIN)))
    isOn = false
    const response = await ended(clock, api(ORIGIN))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
    expect([response.status, fetch.sent.length]).toEqual([200, 6])
  })
})
