import { faultServer, hangMidBody, slowBody } from '@holdfast/fault-server'
import { resilientFetch } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { unhandledRejectionsOf } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { chunksOf } from './chunks-of.ts'
import { type Fetch, platforms } from './platforms.ts'

const reason = new Error('the tide is out')

const copied = (response: Response): Response => {
  response.clone()
  return response
}

async function microtasks(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

const reads: readonly [string, (response: Response) => Promise<unknown>][] = [
  ['arrayBuffer', response => response.arrayBuffer()],
  ['blob', response => response.blob()],
  ['bytes', response => response.bytes()],
  ['formData', response => response.formData()],
  ['json', response => response.json()],
  ['text', response => response.text()],
  ['a stream', ({ body }) => chunksOf(body)],
  ['a reader', async ({ body }) => body?.getReader().closed],
  ['pipeTo', async ({ body }) => body?.pipeTo(new WritableStream())],
  ['a copy', response => response.clone().text()],
  ['itself after a copy', response => copied(response).text()],
]

describe.each(platforms)('the signal of the caller by way of $platform', ({ fetch }) => {
  const api = resilientFetch({ fetch })

  it.each(reads)(
    'ends the body with its own reason while it is read, and the connection with it: %s',
    async (_, read) => {
      await using server = await faultServer()
      server.script('/kelp', [hangMidBody(10)])
      const caller = new AbortController()

      const response = await api(`${server.url}/kelp`, { signal: caller.signal })
      const rejection = rejectionOf(read(response))
      caller.abort(reason)

      expect(await rejection).toBe(reason)
      expect(await server.requestsTo('/kelp')[0]?.answered).toBe('cut')
      await server.connections.allClosed()
    },
  )

  it.each(reads)('ends a body that is not read yet: %s', async (_, read) => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const caller = new AbortController()

    const response = await api(`${server.url}/kelp`, { signal: caller.signal })
    caller.abort(reason)

    expect(await rejectionOf(read(response))).toBe(reason)
    expect(await server.requestsTo('/kelp')[0]?.answered).toBe('cut')
  })

  it('ends the call or its body with its own reason, at whatever moment about the arrival', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const reasons: unknown[] = []

    for (let turns = 0; turns < 60; turns++) {
      const caller = new AbortController()
      const leaving: Fetch = async (input, init) => {
        const response = await fetch(input, init)
        void microtasks(turns).then(() => caller.abort(reason))
        return response
      }
      const answer = resilientFetch({ fetch: leaving })(`${server.url}/kelp`, { signal: caller.signal })
      reasons.push(await rejectionOf(answer.then(response => response.text())))
    }

    expect(new Set(reasons)).toEqual(new Set([reason]))
    await server.connections.allClosed()
  })

  it('ends a body that nobody will ever read, without a word', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const caller = new AbortController()
    await api(`${server.url}/kelp`, { signal: caller.signal })

    const unhandled = await unhandledRejectionsOf(async () => {
      caller.abort(reason)
      await server.connections.allClosed()
    })

    expect(unhandled).toEqual([])
  })

  it('is that of the request, where the call has none of its own', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const caller = new AbortController()
    const request = new Request(`${server.url}/kelp`, { signal: caller.signal })

    const rejection = rejectionOf((await resilientFetch()(request)).text())
    caller.abort(reason)

    expect(await rejection).toBe(reason)
  })

  it('ends what is left when one of two copies was cancelled', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const caller = new AbortController()

    const response = await api(`${server.url}/kelp`, { signal: caller.signal })
    response
      .clone()
      .body?.cancel()
      .catch(() => 'it waits for the other copy')
    const rejection = rejectionOf(response.text())
    caller.abort(reason)

    expect(await rejection).toBe(reason)
  })

  it('comes too late for a body that has been read', async () => {
    await using server = await faultServer()
    server.script('/kelp', [slowBody(['kelp'], () => Promise.resolve())])
    const caller = new AbortController()

    const response = await api(`${server.url}/kelp`, { signal: caller.signal })
    const text = response.text().finally(() => caller.abort(reason))

    expect(await text).toBe('kelp')
    expect(server.connections.open).toBe(1)
  })

  it('ends the body of a frozen response, too', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const caller = new AbortController()
    const freezing = resilientFetch({ fetch: async (input, init) => Object.freeze(await fetch(input, init)) })

    const rejection = rejectionOf((await freezing(`${server.url}/kelp`, { signal: caller.signal })).text())
    caller.abort(reason)

    expect(await rejection).toBe(reason)
  })
})
