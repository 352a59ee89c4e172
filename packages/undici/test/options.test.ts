import { faultServer, hangBeforeHeaders, ok, status } from '@holdfast/fault-server'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, virtualClock } from '@holdfast/testing'
import { longCalls, type ResilientOptions, resilient } from '@holdfast/undici'
import { describe, expect, it } from 'vitest'
import { resilientAgent, undicis } from './undicis.ts'

const { undici } = undicis[0] as (typeof undicis)[0]

describe('options', () => {
  it.each([
    [{ retries: 3 }, TypeError, /^undici: unknown option "retries"/],
    [{ retry: { maxAttempts: 0 } }, RangeError, /undici\.retry.*maxAttempts must be an integer of at least 1, got 0/],
    [{ name: 'stock', body: { idleMs: 0 } }, RangeError, /^stock: body: idleMs must be/],
  ])('that make no sense are refused: %j', (options, kind, message) => {
    const make = (): unknown => resilient(options as ResilientOptions)

    expect(make).toThrow(kind)
    expect(make).toThrow(message)
  })

  it('name the policies', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { name: 'stock' })
    const recording = record(agent.policy)
    server.script('/', [status(503), ok()])

    await undici.request(server.url, agent)

    expect(recording.of('retry.scheduled').map(({ policy }) => policy.name)).toEqual(['stock.retry'])
  })

  it('may leave out every part', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { total: false, retry: false, breaker: false, attempt: false })
    server.script('/', [status(503, {}, 'down')])

    const { statusCode, body } = await undici.request(server.url, agent)

    expect([statusCode, await body.text()]).toEqual([503, 'down'])
    expect(agent.breakerOf(server.url)).toBeUndefined()
  })

  it('may switch all of it off for a while', async () => {
    let isEnabled = false
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { enabled: () => isEnabled })
    server.script('/', [status(503, {}, 'down'), status(503), ok('up')])

    const off = await undici.request(server.url, agent)
    isEnabled = true
    const on = await undici.request(server.url, agent)

    expect([off.statusCode, await off.body.text()]).toEqual([503, 'down'])
    expect([on.statusCode, await on.body.text()]).toEqual([200, 'up'])
  })

  it('may be those for long calls', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { ...longCalls, clock })
    server.script('/', [hangBeforeHeaders()])

    const rejection = rejectionOf(undici.request(server.url, { ...agent, idempotent: false }))
    await server.arrived('/')
    await clock.advance(600_000)

    expect(await rejection).toMatchObject({ phase: 'attempt', timeoutMs: 600_000 })
  })

  it('may isolate an origin by hand', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/', [ok('kelp')])

    await undici.request(server.url, agent)
    agent.breakerOf(server.url)?.isolate({ reason: 'moving' })
    const error = await rejectionOf(undici.request(server.url, agent))

    expect(error).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN', isolated: true })
    expect(server.requests).toHaveLength(1)
  })
})
