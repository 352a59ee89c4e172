import { faultServer, ok, redirect, resetBeforeHeaders, sha256, status } from '@holdfast/fault-server'
import { resilientFetch, retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { platforms } from './platforms.ts'
import { streamOf } from './stream-of.ts'

describe.each(platforms)('redirects by way of $platform', ({ fetch }) => {
  const api = resilientFetch({ fetch, random: () => 0 })

  it('are followed by the platform; another attempt starts where the first did', async () => {
    await using server = await faultServer()
    server.script('/first', [redirect('/down'), redirect('/up')])
    server.script('/down', [status(503)])
    server.script('/up', [ok('kelp')])

    const response = await api(`${server.url}/first`)

    expect(await response.text()).toBe('kelp')
    expect(server.requests.map(({ path }) => path)).toEqual(['/first', '/down', '/first', '/up'])
  })

  it('send a body once more, after 307 and 308, with each attempt', async () => {
    await using server = await faultServer()
    server.script('/first', [redirect('/kelp', 307), redirect('/kelp', 308)])
    server.script('/kelp', [resetBeforeHeaders(), ok()])

    await api(`${server.url}/first`, { method: 'PUT', body: 'kelp' })

    expect(server.requests.map(({ body }) => body.sha256)).toEqual(Array.from({ length: 4 }, () => sha256('kelp')))
  })

  it('fail with a stream, which cannot be sent once more, and are not tried again', async () => {
    await using server = await faultServer()
    server.script('/first', [redirect('/kelp', 307)])
    server.script('/kelp', [ok()])
    const body = streamOf([Buffer.from('kelp')])

    const error = await rejectionOf(api(`${server.url}/first`, { method: 'PUT', body }))

    expect(error).toMatchObject({ name: 'TypeError', message: 'fetch failed' })
    expect(retryInfo(error)).toMatchObject({ attempts: 1, stopped: 'unhandled' })
    expect(server.requests).toHaveLength(1)
  })

  it('turn a POST into a GET, after 302, which still has the key', async () => {
    await using server = await faultServer()
    server.script('/first', [redirect('/kelp')])
    server.script('/kelp', [status(503), ok('kelp')])
    const keyed = resilientFetch({ fetch, random: () => 0, idempotencyKey: 'auto' })

    const response = await keyed(`${server.url}/first`, { method: 'POST', body: 'kelp' })

    expect(await response.text()).toBe('kelp')
    const [first] = server.requests
    const key = first?.headers['idempotency-key']
    expect(key).toMatch(/^"[\da-f-]{36}"$/)
    expect(server.requests.map(({ method, path, headers }) => [method, path, headers['idempotency-key']])).toEqual([
      ['POST', '/first', key],
      ['GET', '/kelp', key],
      ['POST', '/first', key],
      ['GET', '/kelp', key],
    ])
  })

  it('are handed on where the caller follows them', async () => {
    await using server = await faultServer()
    server.script('/first', [redirect('/kelp')])

    const response = await api(`${server.url}/first`, { redirect: 'manual' })

    expect([response.status, response.headers.get('location'), response.redirected]).toEqual([302, '/kelp', false])
  })
})
