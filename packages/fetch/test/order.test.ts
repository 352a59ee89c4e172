import { observe } from '@holdfast/core'
import { retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN, sentAt } from './client.ts'
import { answers, hangs, times } from './scripted-fetch.ts'

describe('the policies of a resilient fetch', () => {
  it('bound each attempt, repeat it, and bound all of them, in this order', async () => {
    const hanging = client(times(3, hangs()), { total: { timeoutMs: 20_000 } })
    const recording = record(hanging.api.policy)

    const rejection = await rejectionOf(ended(hanging.clock, hanging.api(ORIGIN)))

    expect(rejection).toMatchObject({ policy: 'fetch.total', phase: 'total', timeoutMs: 20_000 })
    expect(sentAt(hanging)).toEqual([0, 8_100, 16_300])
    const told = recording.events.filter(({ type }) => type !== 'timeout.settledLate')
    expect(told.map(({ type, policy }) => `${policy.name} ${type}`)).toEqual([
      'fetch.attempt timeout.expired',
      'fetch.retry retry.scheduled',
      'fetch.attempt timeout.expired',
      'fetch.retry retry.scheduled',
      'fetch.total timeout.expired',
    ])
  })

  it('show the breaker each attempt', async () => {
    const down = client(times(5, answers(503)))
    const recording = record(down.api.policy)

    await ended(down.clock, down.api(ORIGIN))
    const early = down.api.breakerOf(ORIGIN)?.state
    const response = await rejectionOf(ended(down.clock, down.api(ORIGIN)))

    expect(early).toBe('closed')
    expect(response).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN', policy: 'fetch.breaker' })
    const [first, second] = [recording.types.slice(0, 3), recording.types.slice(3)]
    expect(first).toEqual(['retry.scheduled', 'retry.scheduled', 'retry.exhausted'])
    expect(second).toEqual(['retry.scheduled', 'circuit.opened', 'retry.scheduled', 'circuit.rejected'])
  })

  it('show the breaker the attempts that took too long', async () => {
    const hanging = client(times(5, hangs()))

    await rejectionOf(ended(hanging.clock, hanging.api(ORIGIN)))
    await rejectionOf(ended(hanging.clock, hanging.api(ORIGIN)))

    expect(hanging.api.breakerOf(ORIGIN)?.state).toBe('open')
    expect(hanging.fetch.sent).toHaveLength(5)
  })

  it('do not repeat what the breaker does not let through', async () => {
    const { api, clock, fetch } = client([answers(200)])
    await ended(clock, api(ORIGIN))
    api.breakerOf(ORIGIN)?.isolate()

    const rejection = await rejectionOf(ended(clock, api(ORIGIN)))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN', isolated: true })
    expect(retryInfo(rejection)).toMatchObject({ attempts: 1, stopped: 'protective' })
    expect(fetch.sent).toHaveLength(1)
  })

  it('are named after the client', async () => {
    const hanging = client(times(3, hangs()), { name: 'catalogue' })
    const recording = record(hanging.api.policy)

    const rejection = await rejectionOf(ended(hanging.clock, hanging.api(ORIGIN)))

    expect(hanging.api.policy.name).toBe('catalogue')
    expect(rejection).toMatchObject({ message: 'catalogue.attempt: no answer within 8000 ms' })
    expect(new Set(recording.events.map(({ policy }) => policy.name))).toEqual(
      new Set(['catalogue.attempt', 'catalogue.retry']),
    )
  })

  it('fit one another by default: there is no warning', () => {
    const warnings: unknown[] = []
    const stop = observe({ event: event => 'warning' in event && warnings.push(event) })

    client([])
    stop()

    expect(warnings).toEqual([])
  })

  it('tell observers where they do not fit', () => {
    const warnings: unknown[] = []
    const stop = observe({
      event: event => 'warning' in event && warnings.push(event.warning),
    })

    client([], { attempt: { timeoutMs: 20_000 } })
    stop()

    expect(warnings).toEqual(['limits-do-not-fit'])
  })
})

describe('subscribe', () => {
  it('tells the events of all policies until it is stopped', async () => {
    const { api, clock } = client([answers(503), answers(200), answers(503), answers(200)])
    const types: string[] = []
    const stop = api.policy.subscribe(({ type }) => types.push(type))

    await ended(clock, api(ORIGIN))
    stop()
    await ended(clock, api(ORIGIN))

    expect(types).toEqual(['retry.scheduled', 'retry.succeeded'])
  })

  it('tells what the breakers of all keys do', async () => {
    const { api, clock } = client(times(10, answers(503)), { retry: false })
    const recording = record(api.policy)

    for (let call = 0; call < 5; call++) {
      await ended(clock, api('https://one.example'))
      await ended(clock, api('https://two.example'))
    }

    expect(recording.types).toEqual(['circuit.opened', 'circuit.opened'])
  })
})
