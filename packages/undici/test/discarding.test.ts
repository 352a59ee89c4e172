import { endlessBody, faultServer, hangMidBody, ok, status, step } from '@holdfast/fault-server'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { hurry } from './hurry.ts'
import { resilientAgent, undicis } from './undicis.ts'
import { ways } from './ways.ts'

describe.each(ways)('a response that $name does not get', ({ undici, send }) => {
  it('leaves its connection to the next attempt', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { retry: { maxAttempts: 20 }, breaker: false })
    server.otherwise(({ attempt }) => (attempt < 20 ? status(503, {}, 'x'.repeat(100_000)) : ok('kelp')))

    const reply = await send(`${server.url}/kelp`, agent)

    expect(reply).toEqual({ status: 200, text: 'kelp' })
    expect(server.connections.accepted).toBeLessThanOrEqual(2)
  })
})

describe.each(undicis)('a response that request of $version does not get', ({ undici }) => {
  it('is read to its end, if that is near, and its connection used again', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { retry: { delayFor: () => 20 } }, { connections: 1 })
    server.script('/kelp', [status(503, {}, 'x'.repeat(131_072)), ok('kelp')])

    const { statusCode } = await undici.request(`${server.url}/kelp`, agent)

    expect(statusCode).toBe(200)
    expect(server.connections.accepted).toBe(1)
  })

  it('is cut off after so many bytes, if it does not end', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock })
    hurry(clock, agent.policy)
    server.script('/kelp', [endlessBody(503), ok('kelp')])

    const { body } = await undici.request(`${server.url}/kelp`, agent)

    expect(await body.text()).toBe('kelp')
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it('is cut off at once, if it says that it is long', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock })
    hurry(clock, agent.policy)
    const long = step('says that it is long', exchange => exchange.start(503, { 'content-length': '131073' }))
    server.script('/kelp', [long, ok('kelp')])

    const { body } = await undici.request(`${server.url}/kelp`, agent)

    expect(await body.text()).toBe('kelp')
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it('is cut off, if it takes too long, while another attempt is under way', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { body: { drainMs: 30 } })
    server.script('/kelp', [hangMidBody(10, { status: 503 }), ok('kelp')])

    const { body } = await undici.request(`${server.url}/kelp`, agent)

    expect(await body.text()).toBe('kelp')
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it('is not read at all, if so wished', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { body: { drainBytes: 0 } })
    server.script('/kelp', [status(503, {}, 'x'.repeat(100_000)), ok('kelp')])

    const { body } = await undici.request(`${server.url}/kelp`, agent)

    expect(await body.text()).toBe('kelp')
    expect(server.connections.accepted).toBeGreaterThan(1)
  })

  it('leaves no timer', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock, retry: { delayFor: () => 1_000 } })
    agent.policy.subscribe(({ type }) => type === 'retry.scheduled' && void clock.advance(1_000))
    server.script('/kelp', [status(503, {}, 'x'.repeat(100_000)), ok('kelp')])

    const { body } = await undici.request(`${server.url}/kelp`, agent)
    await body.text()

    expect(clock.pendingTimers).toBe(0)
  })

  it('may be one that ends with its connection', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { retry: { delayFor: () => 20 } })
    const closing = { connection: 'close' }
    server.script('/kelp', [status(503, closing, 'x'.repeat(100_000)), status(503, closing), ok('kelp', closing)])

    const { body } = await undici.request(`${server.url}/kelp`, agent)

    expect(await body.text()).toBe('kelp')
  })
})
