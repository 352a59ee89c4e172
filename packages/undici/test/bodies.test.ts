import { PassThrough } from 'node:stream'
import { type FaultServer, faultServer, ok, resetBeforeHeaders, sha256, status } from '@holdfast/fault-server'
import { retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import type { Dispatcher } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fetchBodies, repeatableBodies, singleBodies, TEXT } from './body-kinds.ts'
import { hangs, hurry } from './hurry.ts'
import { refusing } from './refusing.ts'
import { resilientAgent, undicis } from './undicis.ts'
import { fetches, requests } from './ways.ts'

const faults = [
  { fault: 'a reset', step: resetBeforeHeaders, seen: { code: 'ECONNRESET' } },
  { fault: 'a 503', step: () => status(503, {}, 'down'), seen: { status: 503, text: 'down' } },
  { fault: 'a timeout', step: hangs, seen: { code: 'ERR_HOLDFAST_TIMEOUT', phase: 'attempt' } },
]

const hashesAt = ({ requests: all }: FaultServer): string[] => all.map(({ body }) => body.sha256)

/** What a request by `send` comes to, and the error below that of fetch. */
const outcomeOf = (sending: Promise<unknown>): Promise<unknown> =>
  sending.catch((error: Error) => (error.message === 'fetch failed' ? error.cause : error))

describe.each(requests)('$name', ({ undici, send }) => {
  describe.each(faults)('after $fault', ({ step }) => {
    it.each(repeatableBodies)('sends $kind again, to the same byte', async ({ make }) => {
      const clock = virtualClock()
      await using server = await faultServer()
      await using agent = resilientAgent(undici, { clock })
      hurry(clock, agent.policy)
      server.script('/orders', [step(clock), step(clock), ok('done')])

      const reply = await send(`${server.url}/orders`, { ...agent, method: 'PUT', body: make(undici) })

      const [first = '', ...others] = hashesAt(server)
      expect(reply).toEqual({ status: 200, text: 'done' })
      expect(first).not.toBe(sha256(''))
      expect(others).toEqual([first, first])
    })
  })

  describe.each(faults)('after $fault', ({ step, seen }) => {
    it.each(singleBodies)('does not send $kind again, and tells of the fault itself', async ({ make }) => {
      const clock = virtualClock()
      await using server = await faultServer()
      await using agent = resilientAgent(undici, { clock })
      hurry(clock, agent.policy)
      server.script('/orders', [step(clock), ok('done')])

      const outcome = await outcomeOf(send(`${server.url}/orders`, { ...agent, method: 'PUT', body: make(undici) }))

      expect(outcome).toMatchObject(seen)
      expect(hashesAt(server)).toEqual([sha256(TEXT)])
    })
  })

  it.each(singleBodies)('sends $kind once a connection is made, whatever that took', async ({ make }) => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, {}, { connect: await refusing(undici, 2) })
    server.script('/orders', [ok('done')])

    const reply = await send(`${server.url}/orders`, { ...agent, method: 'POST', body: make(undici) })

    expect(reply).toEqual({ status: 200, text: 'done' })
    expect(hashesAt(server)).toEqual([sha256(TEXT)])
  })

  it('sends the form of any class, with the type that it has', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const body = new FormData()
    body.set('order', TEXT)
    server.script('/orders', [status(503), ok('done')])

    await send(`${server.url}/orders`, { ...agent, method: 'PUT', body })

    const types = server.requests.map(({ headers }) => String(headers['content-type']))
    expect(types[0]).toMatch(/^multipart\/form-data; boundary=/)
    expect(types[1]).toBe(types[0])
  })
})

describe.each(fetches)('$name', ({ undici, send }) => {
  describe.each(faults)('after $fault', ({ step, seen }) => {
    it.each(fetchBodies)('does not send $kind again: the interceptor gets it as an iterable', async ({ make }) => {
      const clock = virtualClock()
      await using server = await faultServer()
      await using agent = resilientAgent(undici, { clock })
      hurry(clock, agent.policy)
      server.script('/orders', [step(clock), ok('done')])

      const outcome = await outcomeOf(send(`${server.url}/orders`, { ...agent, method: 'PUT', body: make(undici) }))

      expect(outcome).toMatchObject(seen)
      expect(hashesAt(server)).toHaveLength(1)
      expect(hashesAt(server)).not.toContain(sha256(''))
    })
  })

  it.each(fetchBodies)('sends $kind once a connection is made, whatever that took', async ({ make }) => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, {}, { connect: await refusing(undici, 2) })
    server.script('/orders', [ok('done')])

    const reply = await send(`${server.url}/orders`, { ...agent, method: 'POST', body: make(undici) })

    expect(reply).toEqual({ status: 200, text: 'done' })
    expect(server.requests.map(({ body }) => body.state)).toEqual(['complete'])
  })
})

describe.each(undicis)('a body that can be read once, by request of $version', ({ undici }) => {
  it('is the reason why there was no other attempt', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const body = PassThrough.from(['one'])
    server.script('/orders', [resetBeforeHeaders()])

    const error = await rejectionOf(undici.request(`${server.url}/orders`, { ...agent, method: 'PUT', body }))

    expect(retryInfo(error)).toMatchObject({ attempts: 1, stopped: 'body' })
  })

  it('ends the request with its own error, between two attempts, too', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(
      undici,
      { retry: { delayFor: () => 60_000 }, total: false },
      { connect: await refusing(undici, Infinity) },
    )
    const body = new PassThrough()
    const fault = new Error('disk is full')
    agent.policy.subscribe(({ type }) => type === 'retry.scheduled' && body.destroy(fault))

    const error = await rejectionOf(undici.request(`${server.url}/orders`, { ...agent, method: 'PUT', body }))

    expect(error).toBe(fault)
    expect(server.requests).toEqual([])
  })

  it('that fails says nothing about the server', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const failing = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('one')
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    }
    server.script('/orders', [ok('done')])

    for (let call = 0; call < 10; call++) {
      await rejectionOf(undici.request(`${server.url}/orders`, { ...agent, method: 'PUT', body: failing() as never }))
    }

    expect(agent.breakerOf(server.url)?.state).toBe('closed')
    expect(server.requests.every(({ body }) => body.state !== 'complete')).toBe(true)
  })

  it('is left with the listeners that undici leaves', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const bare = new undici.Agent()
    onTestFinished(() => bare.destroy())
    server.script('/orders', [ok('done')])

    const listenersAfter = async (dispatcher: Dispatcher): Promise<number> => {
      const body = new PassThrough()
      body.end('one')
      const answer = await undici.request(`${server.url}/orders`, { dispatcher, method: 'PUT', body })
      await answer.body.text()
      return body.listenerCount('error')
    }

    expect(await listenersAfter(agent.dispatcher)).toBe(await listenersAfter(bare))
  })
})
