import { retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { ORIGIN, promptClient } from './client.ts'
import { refused } from './network-errors.ts'
import { answers, fails, reads } from './scripted-fetch.ts'

const put = (body: BodyInit): Request =>
  new Request(`${ORIGIN}/kelp`, { method: 'PUT', body, duplex: 'half', headers: { 'x-tank': '7' } } as RequestInit)

/** A body in chunks, each of so many bytes, that tells whether somebody cancelled it. */
function chunked(sizes: readonly number[]) {
  const cancelled: unknown[] = []
  let next = 0
  const stream = new ReadableStream({
    pull: controller => {
      const size = sizes[next++]
      if (size === undefined) controller.close()
      else controller.enqueue(new Uint8Array(size).fill(107))
    },
    cancel: reason => void cancelled.push(reason),
  })
  return { stream, cancelled }
}

describe('a Request', () => {
  it('is sent with its method, headers and body, on all attempts', async () => {
    const { api, fetch } = promptClient([reads(answers(503)), reads(answers(503)), reads(answers(200))])

    await api(put('kelp'))

    const facts = fetch.sent.map(({ request: { url, method, headers }, text }) => [
      url,
      method,
      headers.get('x-tank'),
      text,
    ])
    expect(facts).toEqual(Array.from({ length: 3 }, () => [`${ORIGIN}/kelp`, 'PUT', '7', 'kelp']))
  })

  it('is a GET unless it says otherwise', async () => {
    const { api, fetch } = promptClient([answers(503), answers(200)])

    const response = await api(new Request(ORIGIN))

    expect(response.status).toBe(200)
    expect(fetch.sent.map(({ request }) => request.method)).toEqual(['GET', 'GET'])
  })

  it('that is a POST is sent once', async () => {
    const { api } = promptClient([reads(answers(503))])

    const response = await api(new Request(ORIGIN, { method: 'POST', body: 'kelp' }))

    expect(response.status).toBe(503)
    expect(retryInfo(response)?.stopped).not.toBe('body')
  })

  it('gives way to the second argument', async () => {
    const { api, fetch } = promptClient([reads(answers(503)), reads(answers(200))])

    await api(put('kelp'), { method: 'DELETE', body: 'wrack', headers: { 'x-tank': '8' } })

    const facts = fetch.sent.map(({ request: { method, headers }, text }) => [method, headers.get('x-tank'), text])
    expect(facts).toEqual([
      ['DELETE', '8', 'wrack'],
      ['DELETE', '8', 'wrack'],
    ])
  })

  it('keeps its body where the second argument says null, as with fetch', async () => {
    const { api, fetch } = promptClient([reads(answers(503)), reads(answers(200))])

    await api(put('kelp'), { body: null })

    expect(fetch.sent.map(({ text }) => text)).toEqual(['kelp', 'kelp'])
  })

  it('is passed on as it is where nothing is sent twice', async () => {
    const { api, fetch } = promptClient([reads(answers(200))], { retry: false })

    await api(put('kelp'))

    expect(fetch.sent.map(({ text }) => text)).toEqual(['kelp'])
  })

  it.each([
    ['has been used', async (request: Request) => void (await request.text())],
    ['is being read', async (request: Request) => void request.body?.getReader()],
  ])('whose body %s rejects, and is not sent', async (_, use) => {
    const { api, fetch } = promptClient([])
    const request = put('kelp')
    await use(request)

    const rejection = await rejectionOf(api(request))

    expect(rejection).toBeInstanceOf(TypeError)
    expect(fetch.sent).toEqual([])
  })

  it('whose body the platform does not show is sent once, if it may have one', async () => {
    const hidden = (method: string): Request =>
      Object.defineProperty(new Request(ORIGIN, { method }), 'body', { value: undefined })
    const [getting, putting] = [promptClient([answers(503), answers(200)]), promptClient([answers(503)])]

    const got = await getting.api(hidden('GET'))
    const sent = await putting.api(hidden('PUT'))

    expect(got.status).toBe(200)
    expect(sent.status).toBe(503)
    expect(retryInfo(sent)?.stopped).toBe('body')
  })
})

describe('the body of a Request', () => {
  const body = { replayBytes: 100 }

  it.each([
    ['nothing', []],
    ['less than is kept', [99]],
    ['as much as is kept', [100]],
    ['as much as is kept, in parts', [50, 0, 49, 1]],
  ])('is sent again when it has %s', async (_, sizes) => {
    const { api, fetch } = promptClient([reads(answers(503)), reads(answers(200))], { body })
    const text = 'k'.repeat(sizes.reduce((sum, size) => sum + size, 0))

    const response = await api(put(chunked(sizes).stream))

    expect(response.status).toBe(200)
    expect(fetch.sent.map(sent => sent.text)).toEqual([text, text])
  })

  it.each([
    ['in one chunk', [101]],
    ['in several', [50, 50, 1]],
    ['of which most comes later', [101, 1_000, 0, 10_000]],
  ])('that is longer than what is kept is sent in full, once: %s', async (_, sizes) => {
    const { api, fetch } = promptClient([reads(answers(503))], { body })

    const response = await api(put(chunked(sizes).stream))

    expect(fetch.sent.map(({ text }) => text?.length)).toEqual([sizes.reduce((sum, size) => sum + size, 0)])
    expect(retryInfo(response)?.stopped).toBe('body')
  })

  it('that is longer is sent again while nobody has taken anything of it', async () => {
    const { api, fetch } = promptClient([fails(refused()), reads(answers(200))], { body })

    await api(put(chunked([101, 7]).stream))

    expect(fetch.sent.map(({ text }) => text?.length)).toEqual([undefined, 108])
  })

  it('that is longer and was never sent is cancelled when the call fails', async () => {
    const { api } = promptClient(
      Array.from({ length: 3 }, () => fails(refused())),
      { body },
    )
    const { stream, cancelled } = chunked([101, 7])

    const rejection = await rejectionOf(api(put(stream)))

    expect(cancelled).toEqual([rejection])
  })

  it('that cannot be read ends the call with its error', async () => {
    const { api, fetch } = promptClient([])
    const failure = new Error('disk')
    const stream = new ReadableStream({ pull: controller => controller.error(failure) })

    expect(await rejectionOf(api(put(stream)))).toBe(failure)
    expect(fetch.sent).toEqual([])
  })
})
