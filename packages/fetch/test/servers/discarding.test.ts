import {
  endlessBody,
  faultServer,
  hangBeforeHeaders,
  hangMidBody,
  largeBody,
  ok,
  patternOf,
  type Step,
  sha256,
  status,
  step,
} from '@holdfast/fault-server'
import { type ResilientFetchOptions, resilientFetch } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { type Fetch, platforms } from './platforms.ts'

/** A client without waits between its attempts. */
const patient = (options: ResilientFetchOptions) =>
  resilientFetch({ breaker: false, retry: { maxAttempts: 20 }, random: () => 0, ...options })

const repeated = <T>(item: T, times: number): T[] => Array.from({ length: times }, () => item)

const bytes = (length: number): Uint8Array => Buffer.concat([...patternOf(length)])

/** `largeBody` with another status. */
const largeAnswer = (code: number, length: number): Step =>
  step(`largeAnswer(${code})`, exchange =>
    largeBody(length).play({ ...exchange, start: (_, headers) => exchange.start(code, headers) }),
  )

describe.each(platforms)('responses that are dropped, by way of $platform', ({ fetch }) => {
  it.each([
    ['of no bytes', ''],
    ['of a few bytes', 'the tide is out'],
    ['of as many bytes as are drained', bytes(131_072)],
  ])('do not use up connections: 19 of 20 are 503, with a body %s', async (_, body) => {
    await using server = await faultServer()
    server.script('/kelp', [...repeated(status(503, {}, body), 19), ok('kelp')] as never)

    const response = await patient({ fetch })(`${server.url}/kelp`)

    expect(await response.text()).toBe('kelp')
    expect(server.requests).toHaveLength(20)
    expect(server.connections.accepted).toBeLessThanOrEqual(2)
  })

  it.each([
    ['says how long it is', largeAnswer(503, 5_000_000)],
    ['does not say how long it is', endlessBody(503)],
  ])('are cancelled when their body is too long, and %s', async (_, answer) => {
    await using server = await faultServer()
    server.script('/kelp', [answer, answer, ok('kelp')])

    const response = await patient({ fetch, body: { drainMs: Infinity } })(`${server.url}/kelp`)

    expect(await response.text()).toBe('kelp')
    const [first, second] = server.requestsTo('/kelp')
    expect([await first?.answered, await second?.answered]).toEqual(['cut', 'cut'])
  })

  it('are cancelled when their body does not end in time, and nobody waits for that', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10, { status: 503 }), ok('kelp')])
    const clock = virtualClock()

    const api = patient({ fetch, clock, body: { drainMs: 300 } })
    api.policy.subscribe(({ type }) => type === 'retry.scheduled' && void clock.advance(1))

    const text = await (await api(`${server.url}/kelp`)).text()
    const [first] = server.requestsTo('/kelp')
    const endedFirst = await Promise.race([first?.answered, Promise.resolve('neither')])
    await clock.advance(299)

    expect([text, endedFirst]).toEqual(['kelp', 'neither'])
    expect(await first?.answered).toBe('cut')
  })

  it('may be cancelled at once', async () => {
    await using server = await faultServer()
    server.script('/kelp', [largeAnswer(503, 5_000_000), endlessBody(503), ok('kelp')])

    const response = await patient({ fetch, body: { drainBytes: 0 } })(`${server.url}/kelp`)

    expect(await response.text()).toBe('kelp')
    for (const { answered } of server.requests.slice(0, 2)) expect(await answered).toBe('cut')
  })

  it.each([
    ['of a few bytes', 'the tide is out'],
    ['that would have been cancelled', bytes(5_000_000)],
  ])('are not the last one, which comes unread and whole, with a body %s', async (_, body) => {
    await using server = await faultServer()
    server.script('/kelp', [status(503, {}, 'first'), status(503, {}, 'second'), status(503, {}, body)])

    const response = await resilientFetch({ fetch, random: () => 0 })(`${server.url}/kelp`)

    expect([response.status, response.bodyUsed, response.body?.locked]).toEqual([503, false, false])
    expect(sha256(await response.bytes())).toBe(sha256(body))
    expect(server.requests).toHaveLength(3)
  })

  it('are not those that may not be followed by another', async () => {
    await using server = await faultServer()
    server.script('/kelp', [status(503, {}, 'the tide is out')])

    const response = await patient({ fetch })(`${server.url}/kelp`, { method: 'POST' })

    expect(await response.text()).toBe('the tide is out')
    expect(server.requests).toHaveLength(1)
  })

  it('are not those that would be followed by another too late', async () => {
    await using server = await faultServer()
    server.script('/kelp', [status(503, { 'retry-after': '3600' }, 'the tide is out')])

    const response = await patient({ fetch })(`${server.url}/kelp`)

    expect(await response.text()).toBe('the tide is out')
    expect(server.requests).toHaveLength(1)
  })

  it('do not use up connections when their caller aborts in the backoff', async () => {
    await using server = await faultServer()
    server.script('/kelp', [status(503, { 'retry-after': '5' }, 'the tide is out')])
    const callers: AbortController[] = []
    const api = patient({ fetch })
    api.policy.subscribe(({ type }) => type === 'retry.scheduled' && callers.at(-1)?.abort('gone'))

    const reasons: unknown[] = []
    for (let call = 0; call < 20; call++) {
      const caller = new AbortController()
      callers.push(caller)
      reasons.push(await rejectionOf(api(`${server.url}/kelp`, { signal: caller.signal })))
    }

    expect(reasons).toEqual(repeated('gone', 20))
    expect(server.connections.accepted).toBeLessThanOrEqual(2)
  })

  it('leave no connection after a timeout', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangBeforeHeaders()])
    const clock = virtualClock()
    const api = patient({ fetch, clock, retry: false })

    const rejection = rejectionOf(api(`${server.url}/kelp`))
    await server.arrived('/kelp')
    await clock.advance(8_000)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', phase: 'attempt' })
    await server.connections.allClosed()
  })

  it.each([
    ['drained', 'the tide is out', 'sent'],
    ['cancelled', bytes(5_000_000), 'cut'],
  ])('are %s when they come too late, of a fetch that does not listen to its signal', async (_, body, end) => {
    await using server = await faultServer()
    const clock = virtualClock()
    const late = step('late', async exchange => {
      await clock.advance(8_000)
      await status(200, {}, body).play(exchange)
    })
    server.script('/kelp', [late])
    const deaf: Fetch = (input, { signal: _signal, ...init } = {}) => fetch(input, init)

    const rejection = rejectionOf(patient({ fetch: deaf, clock, retry: false })(`${server.url}/kelp`))

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', phase: 'attempt' })
    expect(await (await server.arrived('/kelp')).answered).toBe(end)
  })
})
