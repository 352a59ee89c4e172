import { faultServer, hangBeforeHeaders, hangMidBody, ok, slowBody } from '@holdfast/fault-server'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { deferred } from './deferred.ts'
import { hurry } from './hurry.ts'
import { recordingHandler } from './recording-handler.ts'
import { resilientAgent, undicis } from './undicis.ts'
import { ways } from './ways.ts'

const timeoutIn = (phase: string) => ({ code: 'ERR_HOLDFAST_TIMEOUT', phase })

/** What fetch rejects with, it wraps. */
const causeOf = (error: unknown): unknown => (error as Error).cause ?? error

describe.each(ways)('a limit of a request by $name', ({ undici, send }) => {
  it('ends all attempts together', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock, total: { timeoutMs: 500 } })
    server.script('/kelp', [hangBeforeHeaders()])

    const rejection = rejectionOf(send(`${server.url}/kelp`, agent))
    const request = await server.arrived('/kelp')
    await clock.advance(500)

    expect(causeOf(await rejection)).toMatchObject(timeoutIn('total'))
    expect(await request.answered).toBe('cut')
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends each attempt, and its connection', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock, attempt: { timeoutMs: 500 }, retry: { maxAttempts: 2 } })
    server.script('/kelp', [hangBeforeHeaders()])

    const rejection = rejectionOf(send(`${server.url}/kelp`, agent))
    await server.arrived('/kelp')
    await clock.advance(501)
    await server.arrived('/kelp', 2)
    await clock.advance(500)
    const ends = await Promise.all(server.requests.map(({ answered }) => answered))

    expect(causeOf(await rejection)).toMatchObject(timeoutIn('attempt'))
    expect(ends).toEqual(['cut', 'cut'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends a body that falls silent, which is the failure of the server', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { body: { idleMs: 20 } })
    server.script('/kelp', [hangMidBody(10)])

    // The breaker counts the headers as a success: half of what it has seen is then a failure.
    for (let call = 0; call < 10; call++) {
      const error = await rejectionOf(send(`${server.url}/kelp`, agent))
      expect(causeOf(error)).toMatchObject({ ...timeoutIn('body'), policy: 'undici.body', timeoutMs: 20 })
    }

    expect(agent.breakerOf(server.url)?.state).toBe('open')
    expect(server.requests).toHaveLength(10)
  })
})

describe.each(undicis)('with $version', ({ undici }) => {
  it('a body that goes on may take as long as it does', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock, total: { timeoutMs: 1_500 }, body: { idleMs: 1_000 } })
    const chunks = ['k', 'e', 'l', 'p']
    const [first, ...others] = chunks.map(() => deferred<void>())
    const waits = [first, ...others].map(gate => gate?.promise)
    const handler = recordingHandler({
      onResponseData: () => void clock.advance(900).then(() => others.shift()?.resolve()),
    })
    server.script('/kelp', [slowBody(chunks, () => waits.shift() ?? Promise.resolve())])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    first?.resolve()

    expect(await handler.ended).toBeUndefined()
    expect(handler.text()).toBe('kelp')
  })

  it('a consumer that pauses is not taken for a server that is silent', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock, body: { idleMs: 1_000 } })
    const { promise: paused, resolve } = deferred<() => void>()
    const handler = recordingHandler({
      onResponseData: controller => {
        controller.pause()
        resolve(() => controller.resume())
      },
    })
    const { promise: rest, resolve: sendRest } = deferred<void>()
    const pace = [Promise.resolve(), rest]
    server.script('/kelp', [slowBody(['ke', 'lp'], () => pace.shift() ?? Promise.resolve())])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    const goOn = await paused
    await clock.advance(10_500)
    goOn()
    await clock.advance(999)
    sendRest()
    handler.onResponseData = (_, chunk) => handler.told.push(String(chunk))

    expect(await handler.ended).toBeUndefined()
    expect(handler.told).toEqual(['start', 'response 200', 'data', 'lp', 'end'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('the silence of a server counts from when its consumer went on', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock, body: { idleMs: 1_000 } })
    const { promise: paused, resolve } = deferred<() => void>()
    let isFirst = true
    const handler = recordingHandler({
      onResponseData: controller => {
        if (isFirst) controller.pause()
        isFirst = false
        resolve(() => controller.resume())
      },
    })
    server.script('/kelp', [hangMidBody(10)])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    const goOn = await paused
    await clock.advance(10_500)
    goOn()
    await clock.advance(1_000)

    expect(await handler.ended).toMatchObject(timeoutIn('body'))
    expect(clock.pendingTimers).toBe(0)
  })

  it('a request that is over leaves no timer', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock })
    server.script('/kelp', [slowBody(['ke', 'lp'], 5)])

    const { body } = await undici.request(`${server.url}/kelp`, agent)
    await body.text()

    expect(clock.pendingTimers).toBe(0)
  })

  it('an attempt that gave up before it had a connection sends nothing when it gets one', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    const connect = undici.buildConnector({})
    await using agent = resilientAgent(
      undici,
      { clock },
      {
        connections: 1,
        connect: (options, callback) => void clock.advance(8_000).then(() => connect(options, callback)),
      },
    )
    hurry(clock, agent.policy)
    server.script('/orders', [ok('done')])

    const { body } = await undici.request(`${server.url}/orders`, { ...agent, method: 'POST', body: 'one' })

    expect(await body.text()).toBe('done')
    expect(server.requests).toHaveLength(1)
    expect(server.connections.accepted).toBe(1)
  })
})
