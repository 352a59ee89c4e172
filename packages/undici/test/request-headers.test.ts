import { faultServer, ok, resetBeforeHeaders, status } from '@holdfast/fault-server'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { resilientAgent, undicis } from './undicis.ts'
import { ways } from './ways.ts'

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

describe.each(ways)('a request by $name', ({ undici, send }) => {
  it('has no headers of Holdfast, unless so wished', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/orders', [ok('done')])

    await send(`${server.url}/orders`, { ...agent, method: 'POST', body: 'one' })

    const names = Object.keys(server.requests[0]?.headers ?? {})
    expect(names.filter(name => /holdfast|idempotency/.test(name))).toEqual([])
  })

  it('tells its number, in place of any other', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { attemptHeader: true })
    server.script('/kelp', [status(503), ok('kelp')])

    await send(`${server.url}/kelp`, { ...agent, headers: { 'X-Shop': 'tang', 'Holdfast-Attempt': '7' } })

    expect(server.requests.map(({ headers }) => [headers['x-shop'], headers['holdfast-attempt']])).toEqual([
      ['tang', '1'],
      ['tang', '2'],
    ])
  })

  it('tells what is left of the limit of all attempts', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, {
      clock,
      deadlineHeader: true,
      total: { timeoutMs: 5_000 },
      attempt: { timeoutMs: 4_500 },
      retry: { delayFor: () => 1_000 },
    })
    agent.policy.subscribe(({ type }) => type === 'retry.scheduled' && void clock.advance(1_000))
    server.script('/kelp', [status(503), ok('kelp')])

    await send(`${server.url}/kelp`, agent)

    expect(server.requests.map(({ headers }) => headers['holdfast-deadline-ms'])).toEqual(['5000', '4000'])
  })

  it('has one Idempotency-Key for all attempts, if so wished', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { idempotencyKey: 'auto' })
    server.script('/orders', [status(429), ok('done')])

    await send(`${server.url}/orders`, { ...agent, method: 'POST' })
    await send(`${server.url}/orders`, { ...agent, method: 'POST' })

    const keys = server.requests.map(({ headers }) => String(headers['idempotency-key']))
    expect(keys[0]?.replace(/^"(.*)"$/, '$1')).toMatch(UUID)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })
})

describe.each(undicis)('a request by $version', ({ undici }) => {
  it('with a key of its own is repeated like an idempotent one', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { idempotencyKey: 'raw' })
    server.script('/orders', [resetBeforeHeaders(), ok('done')])

    const { statusCode } = await undici.request(`${server.url}/orders`, { ...agent, method: 'POST', body: 'one' })

    expect(statusCode).toBe(200)
    expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([
      expect.stringMatching(UUID),
      expect.stringMatching(UUID),
    ])
  })

  it('keeps the key that its caller has given it', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { idempotencyKey: 'auto' })
    const headers = { 'IDEMPOTENCY-KEY': '"mine"' }
    server.script('/orders', [ok('done')])

    await undici.request(`${server.url}/orders`, { ...agent, method: 'POST', body: 'one', headers })
    await undici.request(`${server.url}/orders`, { ...agent, method: 'PUT', body: 'one' })

    expect(server.requests.map(request => request.headers['idempotency-key'])).toEqual(['"mine"', undefined])
  })

  it.each([
    ['a record', { 'X-One': 'a', 'X-Two': ['b', 'c'], 'X-None': undefined }],
    ['a list', ['X-One', 'a', 'X-Two', 'b', 'X-Two', 'c']],
    [
      'an iterable',
      new Map<string, string | string[]>([
        ['X-One', 'a'],
        ['X-Two', ['b', 'c']],
      ]),
    ],
  ])('keeps the headers that it was given as %s', async (_, headers) => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { attemptHeader: true })
    server.script('/kelp', [ok('kelp')])

    await undici.request(`${server.url}/kelp`, { ...agent, headers: headers as never })

    expect(server.requests[0]?.headers).toMatchObject({ 'x-one': 'a', 'x-two': 'b, c', 'holdfast-attempt': '1' })
  })

  it('has no headers to keep where there are none', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { attemptHeader: true, total: false, deadlineHeader: true })
    server.script('/kelp', [ok('kelp')])

    await undici.request(`${server.url}/kelp`, { ...agent, headers: null as never })

    expect(server.requests[0]?.headers).toMatchObject({ 'holdfast-attempt': '1' })
  })

  it('keeps the type that its caller has given to a form', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const body = new undici.FormData()
    server.script('/orders', [ok('done')])

    await undici.request(`${server.url}/orders`, { ...agent, method: 'PUT', body, headers: { 'Content-Type': 'a/b' } })

    expect(server.requests[0]?.headers['content-type']).toBe('a/b')
  })
})
