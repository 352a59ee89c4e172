import { constants } from 'node:http2'
import {
  closeMidBody,
  type FaultServer,
  faultServer,
  goawayAfter,
  goawayBefore,
  hangMidBody,
  largeBody,
  ok,
  refusedStream,
  resetBeforeHeaders,
  resetStream,
  sha256,
  status,
} from '@holdfast/fault-server'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import type { ResilientOptions } from '@holdfast/undici'
import type { Agent } from 'undici'
import { describe, expect, it } from 'vitest'
import { singleBodies } from './body-kinds.ts'
import { hangs, hurry } from './hurry.ts'
import { type ResilientAgent, resilientAgent, type Undici, undicis } from './undicis.ts'

function http2Agent(
  undici: Undici,
  { certificate = '' }: FaultServer,
  options: ResilientOptions = {},
  more: Agent.Options = {},
): ResilientAgent {
  return resilientAgent(undici, options, { allowH2: true, connect: { ca: certificate }, ...more })
}

describe.each(undicis)('over HTTP/2, request of $version', ({ undici }) => {
  it.each([
    ['a refused stream', refusedStream()],
    ['a GOAWAY that did not take the stream', goawayBefore()],
    ['a stream that was reset', resetBeforeHeaders()],
    ['a stream that was cancelled', resetStream(constants.NGHTTP2_CANCEL)],
    ['a connection that ended', goawayAfter()],
    ['a 503', status(503, {}, 'down')],
  ])('makes another attempt after %s', async (_, fault) => {
    await using server = await faultServer({ protocol: 'h2' })
    await using agent = http2Agent(undici, server)
    server.script('/kelp', [fault, ok('kelp')])

    const { statusCode, body } = await undici.request(`${server.url}/kelp`, agent)

    expect([statusCode, await body.text()]).toEqual([200, 'kelp'])
    expect(server.requests[0]?.httpVersion).toBe('2.0')
  })

  it('repeats a POST whose stream was refused, as often as it takes', async () => {
    await using server = await faultServer({ protocol: 'h2' })
    await using agent = http2Agent(undici, server, { retry: { maxAttempts: 10 } })
    server.script('/orders', [refusedStream(), refusedStream(), refusedStream(), refusedStream(), ok('done')])

    const { statusCode } = await undici.request(`${server.url}/orders`, { ...agent, method: 'POST', body: 'one' })

    expect(statusCode).toBe(200)
    expect(new Set(server.requests.map(({ body }) => body.sha256))).toEqual(new Set([sha256('one')]))
  })

  it('does not repeat a POST whose stream was reset', async () => {
    await using server = await faultServer({ protocol: 'h2' })
    await using agent = http2Agent(undici, server)
    server.script('/orders', [resetBeforeHeaders()])

    const error = await rejectionOf(undici.request(`${server.url}/orders`, { ...agent, method: 'POST', body: 'one' }))

    expect(error).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' })
    expect(server.requests).toHaveLength(1)
  })

  it.each(singleBodies)('does not send $kind a second time', async ({ make }) => {
    await using server = await faultServer({ protocol: 'h2' })
    await using agent = http2Agent(undici, server)
    const body = make(undici) as never
    server.script('/orders', [refusedStream(), ok('done')])

    const error = await rejectionOf(undici.request(`${server.url}/orders`, { ...agent, method: 'PUT', body }))

    expect(error).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' })
    expect(server.requests).toHaveLength(1)
  })

  it('keeps the connection when it gives an attempt up', async () => {
    const clock = virtualClock()
    await using server = await faultServer({ protocol: 'h2' })
    await using agent = http2Agent(undici, server, { clock }, { connections: 1 })
    hurry(clock, agent.policy)
    server.script('/kelp', [hangs(clock), ok('kelp')])

    const { body } = await undici.request(`${server.url}/kelp`, agent)

    expect(await body.text()).toBe('kelp')
    expect(server.connections.accepted).toBe(1)
  })

  it('tells of a body that breaks', async () => {
    await using server = await faultServer({ protocol: 'h2' })
    await using agent = http2Agent(undici, server)
    server.script('/kelp', [closeMidBody(10), ok('kelp')])

    const { body } = await undici.request(`${server.url}/kelp`, agent)

    await expect(body.text()).rejects.toThrow()
    expect(server.requests).toHaveLength(1)
  })

  it('ends a body that falls silent', async () => {
    await using server = await faultServer({ protocol: 'h2' })
    await using agent = http2Agent(undici, server, { body: { idleMs: 50 } })
    server.script('/kelp', [hangMidBody(10)])

    const { body } = await undici.request(`${server.url}/kelp`, agent)
    const error = await rejectionOf(body.text())

    expect(error).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', phase: 'body' })
    await expect(server.requests[0]?.answered).resolves.toBeDefined()
  })

  it('reads as slowly as its caller, after another attempt, too', async () => {
    await using server = await faultServer({ protocol: 'h2' })
    await using agent = http2Agent(undici, server)
    server.script('/kelp', [status(503, {}, 'x'.repeat(100_000)), largeBody(2_000_000)])

    const { body } = await undici.request(`${server.url}/kelp`, agent)
    let length = 0
    for await (const chunk of body) {
      length += (chunk as Buffer).length
      await new Promise(setImmediate)
    }

    expect(length).toBe(2_000_000)
  })
})
