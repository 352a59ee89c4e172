import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, observe, type Policy, systemClock } from '@holdfast/core'
import {
  endlessBody,
  faultServer,
  hangMidBody,
  largeBody,
  ok,
  resetMidBody,
  sha256,
  status,
} from '@holdfast/fault-server'
import { again, layer } from '@holdfast/fixtures/layer'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { singleBodies, TEXT } from './body-kinds.ts'
import { deferred } from './deferred.ts'
import { hurry } from './hurry.ts'
import { recordingHandler } from './recording-handler.ts'
import { resilientAgent, undicis } from './undicis.ts'

/** A layer whose verdict comes late. */
const slow = (clock: Clock = systemClock): Policy =>
  layer(
    clock,
    next => (operation, call) =>
      next(operation, call).then(async value => {
        await sleep(50)
        return value
      }),
  )
const fault = new Error('fault of a predicate')
const failing = (): never => {
  throw fault
}

describe.each(undicis)("with $version and what is the user's own", ({ undici }) => {
  it('a policy may take its time for a verdict', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { total: slow() })
    const handler = recordingHandler()
    server.script('/kelp', [largeBody(1_000_000)])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    await handler.ended

    expect(handler.text()).toHaveLength(1_000_000)
  })

  it('as long as that takes, only so much of a response is kept', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { total: slow() })
    let kept = Infinity
    const handler = recordingHandler({
      onResponseStart: controller =>
        queueMicrotask(() => {
          kept = handler.text().length
          controller.abort(fault)
        }),
    })
    server.script('/kelp', [endlessBody()])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    await handler.ended

    // 128 KiB, and what undici had read by then.
    expect(kept).toBeLessThan(1_048_576)
  })

  it('what is more than that is cut off, where another attempt follows', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock, attempt: slow(clock) })
    hurry(clock, agent.policy)
    server.script('/kelp', [endlessBody(503), ok('kelp')])

    const { body } = await undici.request(`${server.url}/kelp`, agent)

    expect(await body.text()).toBe('kelp')
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it('a body that breaks before the verdict breaks as it is handed on', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { total: slow() })
    server.script('/kelp', [resetMidBody(10)])

    const { statusCode, body } = await undici.request(`${server.url}/kelp`, agent)
    const error = await rejectionOf(body.text())

    expect(statusCode).toBe(200)
    expect(error).toMatchObject({ code: 'ECONNRESET' })
  })

  it('a policy may make another attempt, and the response before it is dropped', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { retry: again(systemClock) })
    server.script('/kelp', [endlessBody(), ok('kelp')])

    const { body } = await undici.request(`${server.url}/kelp`, agent)

    expect(await body.text()).toBe('kelp')
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it.each(singleBodies)('a policy that makes another attempt does not get $kind sent again', async ({ make }) => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { retry: again(systemClock) })
    const body = make(undici) as never
    server.script('/orders', [ok('first'), ok('second')])

    const answer = await undici.request(`${server.url}/orders`, { ...agent, method: 'PUT', body })

    expect(await answer.body.text()).toBe('first')
    expect(server.requests.map(({ body: { sha256: hash } }) => hash)).toEqual([sha256(TEXT)])
  })

  it('a policy may not answer in place of the server', async () => {
    const answering = layer(systemClock, next => (operation, call) => next(operation, call).then(() => 'kelp' as never))
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { total: answering })
    server.script('/kelp', [endlessBody()])

    const error = await rejectionOf(undici.request(`${server.url}/kelp`, agent))

    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain('undici: a policy answered with what is no response to the request')
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it('what a predicate of the retry throws ends the request, and its response', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { retry: { handlesResult: failing } })
    server.script('/kelp', [endlessBody()])

    const error = await rejectionOf(undici.request(`${server.url}/kelp`, agent))

    expect(error).toBe(fault)
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it('what a predicate of the breaker throws ends a body that is on its way', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { breaker: { handlesResult: failing } })
    server.script('/kelp', [hangMidBody(10)])

    const { body } = await undici.request(`${server.url}/kelp`, agent)

    expect(await rejectionOf(body.text())).toBe(fault)
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it('what a handler throws when it is told of an error is reported', async () => {
    await using agent = resilientAgent(undici, { retry: false })
    const { promise: reported, resolve } = deferred<unknown>()
    onTestFinished(observe({ fault: ({ error }) => resolve(error) }))
    const handler = recordingHandler({ onResponseError: failing })

    agent.dispatcher.dispatch({ origin: 'http://127.0.0.1:1', path: '/', method: 'GET' }, handler)

    expect(await reported).toBe(fault)
  })

  it('the last response breaks like any other', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { retry: { maxAttempts: 2 }, body: { idleMs: 30 } })
    server.script('/kelp', [status(503), hangMidBody(10, { status: 503 })])

    const { statusCode, body } = await undici.request(`${server.url}/kelp`, agent)
    const error = await rejectionOf(body.text())

    expect(statusCode).toBe(503)
    expect(error).toMatchObject({ phase: 'body' })
  })
})
