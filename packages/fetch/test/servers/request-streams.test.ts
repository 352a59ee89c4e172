import { Readable } from 'node:stream'
import { afterReading, faultServer, ok, sha256, status } from '@holdfast/fault-server'
import { type ResilientInit, resilientFetch, retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { platforms } from './platforms.ts'
import { streamOf } from './stream-of.ts'
import { watchedStream } from './watched-stream.ts'

const REFUSING = 'http://127.0.0.1:2'

const post = (body: ResilientInit['body']): ResilientInit => ({ method: 'POST', body })

describe.each(platforms)('a stream that is a body, by way of $platform', ({ fetch, Request }) => {
  it.each<[string, () => AsyncIterable<unknown>]>([
    ['a stream of Node, of texts', () => Readable.from(['kelp', ' forest'])],
    ['a stream of Node with an encoding', () => Readable.from([Buffer.from('kelp forest')]).setEncoding('utf8')],
    [
      'an iterator of buffers',
      async function* () {
        yield Buffer.from('kelp')
        yield Buffer.from(' forest')
      },
    ],
    [
      'an iterator with chunks of no bytes',
      async function* () {
        yield new Uint8Array()
        yield Buffer.from('kelp forest')
      },
    ],
  ])('is sent as without Holdfast: %s', async (_, make) => {
    await using server = await faultServer()
    server.script('/kelp', [ok()])
    const init = { method: 'POST', duplex: 'half' }

    await fetch(`${server.url}/kelp`, { ...init, body: make() } as never)
    await resilientFetch({ fetch })(`${server.url}/kelp`, { ...init, body: make() } as never)
    await resilientFetch({ fetch, retry: false })(`${server.url}/kelp`, { ...init, body: make() } as never)

    expect(server.requests.map(({ body }) => body.sha256)).toEqual(Array(3).fill(sha256('kelp forest')))
  })

  it('leaves its chunks to whoever made them', async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok()])
    const chunk = new TextEncoder().encode('kelp')

    for (let call = 0; call < 2; call++) {
      await resilientFetch({ fetch })(`${server.url}/kelp`, post(streamOf([chunk])))
    }

    expect(server.requests.map(({ body }) => body.sha256)).toEqual([sha256('kelp'), sha256('kelp')])
  })

  it.each<[string, (body: ReadableStream) => ResilientInit['body']]>([
    ['a stream', body => body],
    ['a function', body => () => body],
  ])('rejects with its own error, and is not asked for again: %s', async (_, bodyOf) => {
    await using server = await faultServer()
    server.script('/kelp', [ok()])
    const reason = new Error('the file is gone')
    const body = new ReadableStream({ pull: controller => controller.error(reason) }, { highWaterMark: 0 })

    const error = await rejectionOf(
      resilientFetch({ fetch })(`${server.url}/kelp`, { method: 'PUT', body: bodyOf(body) }),
    )

    expect([error, (error as Error).cause]).toContain(reason)
    expect(retryInfo(error)).toMatchObject({ attempts: 1 })
  })

  it('must not have been read from: what is left would go out as if it were all', async () => {
    const body = new Blob(['kelp']).stream()
    await body.getReader().read()
    const used = new Request(REFUSING, { method: 'POST', body: 'kelp' })
    await used.text()
    const api = resilientFetch({ fetch })

    expect(await rejectionOf(api(REFUSING, post(body)))).toBeInstanceOf(TypeError)
    expect(await rejectionOf(api(used))).toBeInstanceOf(TypeError)
  })

  it('does not hold up an answer that comes before its end', async () => {
    await using server = await faultServer()
    server.script('/kelp', [afterReading(100, status(413, {}, 'too much'))])
    const { body } = watchedStream('kelp'.repeat(100_000))

    const response = await resilientFetch({ fetch })(`${server.url}/kelp`, post(body))

    expect([response.status, await response.text()]).toEqual([413, 'too much'])
  })
})

describe.each(platforms)(
  'a body that its caller changes after the call, by way of $platform',
  ({ fetch, FormData }) => {
    it('is sent as it was, with each attempt', async () => {
      await using server = await faultServer()
      server.script('/kelp', [status(503), ok()])
      server.script('/form', [status(503), ok()])
      const bytes = new TextEncoder().encode('kelp')
      const query = new URLSearchParams({ kelp: 'giant' })
      const form = new FormData()
      form.append('kelp', 'giant')
      const api = resilientFetch({ fetch, random: () => 0 })

      const calls = [bytes, bytes.buffer, query].map(body => api(`${server.url}/kelp`, { method: 'PUT', body }))
      const ofForm = api(`${server.url}/form`, { method: 'PUT', body: form })
      bytes.fill(0)
      query.append('depth', '12')
      form.append('depth', '12')
      await Promise.all([...calls, ofForm])

      const sent = new Set(server.requestsTo('/kelp').map(({ body }) => body.sha256))
      expect(sent).toEqual(new Set([sha256('kelp'), sha256('kelp=giant')]))
      expect(new Set(server.requestsTo('/form').map(({ body }) => body.sha256)).size).toBe(1)
    })
  },
)
