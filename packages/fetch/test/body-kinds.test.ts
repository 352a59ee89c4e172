import { Readable } from 'node:stream'
import { type ResilientBody, retryInfo } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'
import { ORIGIN, promptClient } from './client.ts'
import { refused } from './network-errors.ts'
import { answers, fails, reads } from './scripted-fetch.ts'
import { streamOf } from './stream-of.ts'

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const middleOf = (text: string): Uint8Array<ArrayBuffer> => bytes(`--${text}--`).subarray(2, -2)

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield bytes('ke')
  yield bytes('')
  yield bytes('lp')
}

const replayable: readonly (readonly [string, () => ResilientBody])[] = [
  ['a string', () => 'kelp'],
  ['URLSearchParams', () => new URLSearchParams({ kelp: 'true & fresh' })],
  ['an ArrayBuffer', () => bytes('kelp').buffer],
  ['a Uint8Array', () => bytes('kelp')],
  ['a part of a buffer', () => middleOf('kelp')],
  ['a pooled Buffer', () => Buffer.from('kelp')],
  ['a Uint16Array', () => new Uint16Array([0x656b, 0x706c])],
  ['a DataView', () => new DataView(middleOf('kelp').buffer, 2, 4)],
  ['a Blob', () => new Blob(['ke', 'lp'])],
  ['a File', () => new File(['kelp'], 'kelp.txt')],
  ['a function', () => () => 'kelp'],
  ['a function that takes its time', () => async () => 'kelp'],
  ['a function that makes streams', () => () => streamOf(bytes('ke'), bytes('lp'))],
  ['a function that makes generators', () => chunks],
  ['a function that makes streams of Node', () => () => Readable.from(chunks())],
]

const oneShot: readonly (readonly [string, () => ResilientBody])[] = [
  ['a ReadableStream', () => streamOf(bytes('ke'), bytes('lp'))],
  ['a stream of bytes', () => new Blob(['kelp']).stream()],
  ['a stream of Node', () => Readable.from(chunks())],
  ['a stream of Node that is made of words', () => Readable.from(['ke', 'lp'])],
  ['a generator', () => chunks()],
]

const put = (body: ResilientBody) => ({ method: 'PUT', body })
const texts = ({ fetch }: Pick<ReturnType<typeof promptClient>, 'fetch'>): unknown[] =>
  fetch.sent.map(({ text }) => text)

describe('a body that can be sent again', () => {
  it.each(replayable)('is the same on all attempts: %s', async (_, make) => {
    const sending = promptClient([reads(answers(503)), reads(answers(500)), reads(answers(200))])
    const expected = await new Response(typeof make() === 'function' ? 'kelp' : (make() as BodyInit)).text()

    const response = await sending.api(ORIGIN, put(make()))

    expect(response.status).toBe(200)
    expect(texts(sending)).toEqual([expected, expected, expected])
  })

  it.each(replayable)('is sent as it is where nothing is sent twice: %s', async (_, make) => {
    const sending = promptClient([reads(answers(200))], { retry: false })
    const expected = await new Response(typeof make() === 'function' ? 'kelp' : (make() as BodyInit)).text()

    await sending.api(ORIGIN, put(make()))

    expect(texts(sending)).toEqual([expected])
  })

  it.each([
    ['a string', 'kelp', 'text/plain;charset=UTF-8'],
    ['URLSearchParams', new URLSearchParams('a=b'), 'application/x-www-form-urlencoded;charset=UTF-8'],
    ['a Blob', new Blob(['{}'], { type: 'application/json' }), 'application/json'],
    ['bytes', bytes('kelp'), null],
  ])('has the content type that the platform gives it: %s', async (_, body, type) => {
    const { api, fetch } = promptClient([answers(503), answers(200)])

    await api(ORIGIN, put(body))

    expect(fetch.sent.map(({ request }) => request.headers.get('content-type'))).toEqual([type, type])
  })

  it.each([
    ['URLSearchParams', new URLSearchParams('kelp=1'), 'kelp=1', (body: URLSearchParams) => body.set('kelp', '2')],
    ['a view', bytes('kelp'), 'kelp', (body: Uint8Array) => body.fill(0)],
    ['a buffer', bytes('kelp').buffer, 'kelp', (body: ArrayBuffer) => new Uint8Array(body).fill(0)],
  ] as const)('stays what it was when the call was made: %s', async (_, body, text, change) => {
    const sending = promptClient([reads(answers(503)), reads(answers(200))])

    const answer = sending.api(ORIGIN, put(body))
    change(body as never)
    await answer

    expect(texts(sending)).toEqual([text, text])
  })
})

describe('a body that can be read once', () => {
  it.each(oneShot)('is sent once, with the first answer as the result: %s', async (_, make) => {
    const sending = promptClient([reads(answers(503))])

    const response = await sending.api(ORIGIN, put(make()))

    expect(response.status).toBe(503)
    expect(texts(sending)).toEqual(['kelp'])
    expect(retryInfo(response)).toEqual({ attempts: 1, delaysMs: [], errors: [], stopped: 'body' })
  })

  it.each(oneShot)('is sent again while nobody has taken anything of it: %s', async (_, make) => {
    const sending = promptClient([fails(refused()), answers(503), reads(answers(200))])

    const response = await sending.api(ORIGIN, put(make()))

    expect(response.status).toBe(200)
    expect(texts(sending)).toEqual([undefined, undefined, 'kelp'])
  })

  it.each(oneShot)('ends the attempts with the failure after which it was gone: %s', async (_, make) => {
    const failure = refused()
    const sending = promptClient([fails(refused()), reads(fails(failure))])

    const rejection = await sending.api(ORIGIN, put(make())).catch((error: unknown) => error)

    expect(rejection).toBe(failure)
    expect(retryInfo(rejection)).toMatchObject({ attempts: 2, stopped: 'body' })
  })

  it.each(oneShot)('is sent as it is where nothing is sent twice: %s', async (_, make) => {
    const sending = promptClient([reads(answers(503))], { retry: false })

    await sending.api(ORIGIN, put(make()))

    expect(texts(sending)).toEqual(['kelp'])
  })

  it.each(oneShot)('may be of a POST, too: %s', async (_, make) => {
    const sending = promptClient([reads(answers(429, { 'retry-after': '0' }))])

    const response = await sending.api(ORIGIN, { method: 'POST', body: make() })

    expect(response.status).toBe(429)
    expect(retryInfo(response)?.stopped).toBe('body')
  })
})
