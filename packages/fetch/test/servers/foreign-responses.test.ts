import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { resilientFetch } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { chunksOf } from './chunks-of.ts'
import type { Fetch } from './platforms.ts'
import { streamOf } from './stream-of.ts'

const URL = 'http://kelp.example/'

/** A resilient fetch on one that makes its responses itself, as caches do, and mocks. */
const clientOf = (respond: (signal: AbortSignal) => unknown) =>
  resilientFetch({ fetch: (async (_, init) => respond(init?.signal as AbortSignal)) as Fetch })

const reads: readonly [string, (response: Response) => Promise<string>][] = [
  ['text', response => response.text()],
  ['a stream', async ({ body }) => (await chunksOf(body)).join('')],
  ['a copy', async response => (await chunksOf(response.clone().body)).join('')],
]

describe('a response that no platform has fetched', () => {
  it.each(reads)('comes whole, though its chunks share their buffer, as %s', async (_, read) => {
    const bytes = Buffer.from('giant kelp')
    const api = clientOf(() => new Response(streamOf([bytes.subarray(0, 6), bytes.subarray(6)])))

    expect(await read(await api(URL))).toBe('giant kelp')
  })

  it.each(reads)('leaves its chunks to whoever keeps them, as %s', async (_, read) => {
    const kept = new TextEncoder().encode('kelp')
    const api = clientOf(() => new Response(streamOf([kept])))

    expect([await read(await api(URL)), await read(await api(URL))]).toEqual(['kelp', 'kelp'])
  })

  it.each(reads)('may have chunks without bytes, as %s', async (_, read) => {
    const api = clientOf(() => new Response(streamOf([new Uint8Array(), Buffer.from('kelp'), new Uint8Array()])))

    expect(await read(await api(URL))).toBe('kelp')
  })

  it.each(reads)('may be the same one for all calls, as %s', async (_, read) => {
    const response = new Response('kelp')
    const api = clientOf(() => response)
    await Promise.all([api(URL), api(URL), api(URL)])

    expect(await read(await api(URL))).toBe('kelp')
  })

  it('may have a body that is a stream of Node', async () => {
    const api = clientOf(() => ({ status: 200, ok: true, headers: new Headers(), body: Readable.from(['kelp']) }))

    const { body } = await api(URL)

    expect(await text(body as never)).toBe('kelp')
  })

  it('is ended by its caller through the signal that its fetch was given, also while its body is read', async () => {
    const reason = new Error('the tide is out')
    const caller = new AbortController()
    const api = clientOf(signal => {
      const body = new Readable({ read() {}, signal })
      return { status: 200, ok: true, headers: new Headers(), body }
    })

    const { body } = await api(URL, { signal: caller.signal })
    const rejection = rejectionOf(text(body as never))
    caller.abort(reason)

    expect(await rejection).toMatchObject({ name: 'AbortError', cause: reason })
  })
})
