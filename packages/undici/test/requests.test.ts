import { diesWhenReused, faultServer, ok, resetBeforeHeaders, status } from '@holdfast/fault-server'
import { requestOf, retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { resilientAgent, undicis } from './undicis.ts'

describe.each(undicis)('request of $version', ({ undici }) => {
  it('fails once, with a POST on a connection that the server gave up while it was idle', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, {}, { connections: 1 })
    server.script('/orders', [diesWhenReused(ok('first')), ok('second')])
    const order = { ...agent, method: 'POST' as const, body: 'one' }

    const { body } = await undici.request(`${server.url}/orders`, order)
    await body.text()
    const error = await rejectionOf(undici.request(`${server.url}/orders`, order))

    expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect(server.requests).toHaveLength(2)
  })

  it('repeats a POST after a connection that broke while it was made: nothing of it had been sent', async () => {
    await using server = await faultServer()
    const connect = undici.buildConnector({})
    let connections = 0
    const broken = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' })
    await using agent = resilientAgent(
      undici,
      {},
      { connect: (options, callback) => (++connections > 1 ? connect(options, callback) : callback(broken, null)) },
    )
    server.script('/orders', [ok('done')])

    const { statusCode } = await undici.request(`${server.url}/orders`, { ...agent, method: 'POST', body: 'one' })

    expect(statusCode).toBe(200)
    expect(server.requests).toHaveLength(1)
  })

  it('goes on over TLS as it does without', async () => {
    await using server = await faultServer({ protocol: 'https' })
    await using agent = resilientAgent(undici, {}, { connect: { ca: server.certificate ?? '' } })
    server.script('/kelp', [resetBeforeHeaders(), status(503), ok('kelp')])

    const { body } = await undici.request(`${server.url}/kelp`, agent)

    expect(await body.text()).toBe('kelp')
  })

  it('makes one attempt at a server that is not trusted', async () => {
    await using server = await faultServer({ protocol: 'https' })
    await using agent = resilientAgent(undici)

    const error = await rejectionOf(undici.request(`${server.url}/kelp`, agent))

    expect(retryInfo(error)).toMatchObject({ attempts: 1, stopped: 'unhandled' })
    expect(server.requests).toEqual([])
  })

  it('rejects with the last error itself', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/kelp', [resetBeforeHeaders()])

    const error = await rejectionOf(undici.request(`${server.url}/kelp`, agent))

    expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect(retryInfo(error)).toMatchObject({ attempts: 3, stopped: 'attempts' })
    expect(retryInfo(error)?.errors.at(-1)).toBe(error)
  })

  it('repeats a POST that no server has processed', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/orders', [status(429), ok('done')])

    const { statusCode } = await undici.request(`${server.url}/orders`, { ...agent, method: 'POST', body: 'one' })

    expect(statusCode).toBe(200)
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'POST'])
  })

  it('repeats a POST that has an Idempotency-Key', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const headers = { 'Idempotency-Key': '"a"' }
    server.script('/orders', [resetBeforeHeaders(), ok('done')])

    const { statusCode } = await undici.request(`${server.url}/orders`, {
      ...agent,
      method: 'POST',
      body: 'one',
      headers,
    })

    expect(statusCode).toBe(200)
    expect(server.requests.map(request => request.headers['idempotency-key'])).toEqual(['"a"', '"a"'])
  })

  it('heeds what undici is told about one request: `idempotent`', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/search', [resetBeforeHeaders(), ok('found')])
    server.script('/next', [resetBeforeHeaders(), ok('one')])

    const search = await undici.request(`${server.url}/search`, {
      ...agent,
      method: 'POST',
      body: 'q',
      idempotent: true,
    })
    const next = await rejectionOf(undici.request(`${server.url}/next`, { ...agent, idempotent: false }))

    expect(search.statusCode).toBe(200)
    expect(next).toMatchObject({ code: 'ECONNRESET' })
    expect(server.requestsTo('/next')).toHaveLength(1)
  })

  it('asks `isIdempotent` about all others', async () => {
    await using server = await faultServer()
    const asked: unknown[] = []
    await using agent = resilientAgent(undici, {
      isIdempotent: ({ url, method, headers }) => {
        asked.push([url.href, method, headers])
        return true
      },
    })
    server.script('/search', [resetBeforeHeaders(), ok('found')])

    await undici.request(`${server.url}/search`, {
      ...agent,
      method: 'POST',
      body: 'q',
      query: { q: 'kelp' },
      headers: ['X-Shop', 'tang'],
    })

    expect(asked).toEqual([[`${server.url}/search?q=kelp`, 'POST', { 'x-shop': 'tang' }]])
    expect(server.requests).toHaveLength(2)
  })

  it('knows by its Idempotency-Key that a 409 speaks of the attempt before', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const headers = { 'idempotency-key': '"a"' }
    server.script('/orders', [resetBeforeHeaders(), status(409), ok('done')])
    server.script('/others', [status(409), ok('done')])

    const order = await undici.request(`${server.url}/orders`, { ...agent, method: 'POST', body: 'one', headers })
    const other = await undici.request(`${server.url}/others`, { ...agent, method: 'POST', body: 'one', headers })

    expect([order.statusCode, other.statusCode]).toEqual([200, 409])
  })

  it('is what callbacks of the policies are told of', async () => {
    await using server = await faultServer()
    const told: unknown[] = []
    await using agent = resilientAgent(undici, {
      retry: {
        handles: ({ call }) => {
          const { key, method } = requestOf(call) ?? {}
          told.push([key, method])
          return false
        },
      },
    })
    server.script('/kelp', [resetBeforeHeaders()])

    await rejectionOf(undici.request(`${server.url}/kelp`, { ...agent, method: 'DELETE' }))

    expect(told).toEqual([[server.url, 'DELETE']])
  })

  it('waits as long as the server asks for', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const recording = record(agent.policy)
    server.script('/kelp', [status(503, { 'retry-after': '0' }), ok('kelp')])
    server.script('/tang', [status(503, { 'retry-after': '3600' }), ok('tang')])

    const kelp = await undici.request(`${server.url}/kelp`, agent)
    const tang = await undici.request(`${server.url}/tang`, agent)

    expect([kelp.statusCode, tang.statusCode]).toEqual([200, 503])
    expect(recording.types).toEqual(['retry.scheduled', 'retry.succeeded', 'retry.exhausted'])
    expect(recording.events[0]).toMatchObject({ delayMs: 0 })
  })

  it('is not repeated at all without a retry', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { retry: false })
    server.script('/kelp', [status(503, {}, 'down')])

    const { statusCode, body } = await undici.request(`${server.url}/kelp`, agent)

    expect([statusCode, await body.text()]).toEqual([503, 'down'])
    expect(server.requests).toHaveLength(1)
  })

  it('is repeated after any result that `handlesResult` wants', async () => {
    await using server = await faultServer()
    const handlesResult = ({ status: code }: { readonly status: number }): boolean => code === 202
    await using agent = resilientAgent(undici, { retry: { handlesResult } })
    server.script('/report', [status(202, {}, 'wait'), status(202, {}, 'wait'), ok('report')])

    const { statusCode, body } = await undici.request(`${server.url}/report`, agent)

    expect([statusCode, await body.text()]).toEqual([200, 'report'])
    expect(server.connections.accepted).toBe(1)
  })
})
