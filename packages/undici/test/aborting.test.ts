import { faultServer, hangBeforeHeaders, hangMidBody, ok, status } from '@holdfast/fault-server'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { recordingHandler } from './recording-handler.ts'
import { resilientAgent, undicis } from './undicis.ts'
import { ways } from './ways.ts'

const reason = new Error('nobody waits any more')

describe.each(ways)('an abort of a request by $name', ({ undici, send }) => {
  it('before it is sent rejects with its reason, and sends nothing', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/kelp', [ok('kelp')])

    const error = await rejectionOf(send(`${server.url}/kelp`, { ...agent, signal: AbortSignal.abort(reason) }))

    expect(error).toBe(reason)
    expect(server.requests).toEqual([])
  })

  it('while a connection is made rejects at once with its reason', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    await using agent = resilientAgent(
      undici,
      { clock },
      { connect: () => setImmediate(() => controller.abort(reason)) },
    )

    const error = await rejectionOf(send('http://kelp.example', { ...agent, signal: controller.signal }))

    expect(error).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
  })

  it('before the headers rejects with its reason, and leaves no timer', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock })
    server.script('/kelp', [hangBeforeHeaders()])

    const rejection = rejectionOf(send(`${server.url}/kelp`, { ...agent, signal: controller.signal }))
    const request = await server.arrived('/kelp')
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
    expect(await request.answered).toBe('cut')
  })

  it('during the wait for the next attempt rejects at once with its reason, and leaves no timer', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock, random: () => 0.5 })
    agent.policy.subscribe(({ type }) => type === 'retry.scheduled' && setImmediate(() => controller.abort(reason)))
    server.script('/kelp', [status(503), ok('kelp')])

    const error = await rejectionOf(send(`${server.url}/kelp`, { ...agent, signal: controller.signal }))

    expect(error).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
    expect(server.requests).toHaveLength(1)
  })

  it('in the middle of the body ends it with its reason', async () => {
    const controller = new AbortController()
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/kelp', [hangMidBody(10)])

    const rejection = rejectionOf(send(`${server.url}/kelp`, { ...agent, signal: controller.signal }))
    const request = await server.arrived('/kelp')
    setTimeout(() => controller.abort(reason), 20)

    expect(await rejection).toBe(reason)
    expect(await request.answered).toBe('cut')
  })

  it('says nothing about the server', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/kelp', [hangBeforeHeaders()])

    for (let call = 1; call <= 10; call++) {
      const controller = new AbortController()
      const rejection = rejectionOf(send(`${server.url}/kelp`, { ...agent, signal: controller.signal }))
      await server.arrived('/kelp', call)
      controller.abort(reason)
      await rejection
    }

    expect(agent.breakerOf(server.url)?.state).toBe('closed')
  })
})

describe.each(undicis)('an abort by a handler of $version', ({ undici }) => {
  it('in the wait for the next attempt ends the body that was being dropped', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock, random: () => 0.5 })
    let abort = (): void => {}
    const handler = recordingHandler({
      onRequestStart: controller => {
        abort = () => controller.abort(reason)
      },
    })
    agent.policy.subscribe(({ type }) => type === 'retry.scheduled' && setImmediate(abort))
    server.script('/kelp', [hangMidBody(10, { status: 503 })])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)

    expect(await handler.ended).toBe(reason)
    expect(await server.requests[0]?.answered).toBe('cut')
    expect(clock.pendingTimers).toBe(0)
  })

  it('as it gets its controller dispatches nothing', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const handler = recordingHandler({ onRequestStart: controller => controller.abort(reason) })

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)

    expect(await handler.ended).toBe(reason)
    expect(handler.told).toEqual(['start', 'error'])
    expect(server.connections.accepted).toBe(0)
  })

  it('without a reason has that of an AbortController', async () => {
    await using agent = resilientAgent(undici, {}, { connect: () => {} })
    const seen: unknown[] = []
    const handler = recordingHandler({
      onRequestStart: controller => {
        controller.abort(undefined as never)
        seen.push(controller.aborted, controller.reason)
      },
    })

    agent.dispatcher.dispatch({ origin: 'http://kelp.example', path: '/', method: 'GET' }, handler)
    const error = await handler.ended

    expect(error).toMatchObject({ name: 'AbortError' })
    expect(seen).toEqual([true, error])
  })

  it('counts once', async () => {
    await using agent = resilientAgent(undici, {}, { connect: () => {} })
    const handler = recordingHandler({
      onRequestStart: controller => {
        controller.abort(reason)
        controller.abort(new Error('another'))
      },
    })

    agent.dispatcher.dispatch({ origin: 'http://kelp.example', path: '/', method: 'GET' }, handler)

    expect(await handler.ended).toBe(reason)
    expect([...handler.controllers].map(controller => controller.reason)).toEqual([reason])
  })

  it('after the end does not count', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const handler = recordingHandler({ onResponseEnd: controller => controller.abort(reason) })
    server.script('/kelp', [ok('kelp')])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)

    expect(await handler.ended).toBeUndefined()
    expect(handler.told.at(-1)).toBe('end')
  })
})
