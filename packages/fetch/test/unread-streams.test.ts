import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import type { ResilientFetchOptions } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { retry } from '@holdfast/retry'
import { describe, expect, it } from 'vitest'
import { ORIGIN, promptClient } from './client.ts'
import { refused, reset } from './network-errors.ts'
import { answers, fails, reads, type Turn } from './scripted-fetch.ts'
import { streamOf } from './stream-of.ts'

function cancellable() {
  const cancelled: unknown[] = []
  const stream = new ReadableStream({ cancel: reason => void cancelled.push(reason) })
  return { stream, cancelled }
}

const kelp = (): ReadableStream => new Blob(['kelp']).stream()

describe('a stream that nobody has read from', () => {
  it('is cancelled, with the error, when the call fails', async () => {
    const { api } = promptClient(Array.from({ length: 3 }, () => fails(refused())))
    const { stream, cancelled } = cancellable()

    const rejection = await rejectionOf(api(ORIGIN, { method: 'POST', body: stream }))

    expect(cancelled).toEqual([rejection])
  })

  it.each([
    ['the circuit is open', { breaker: circuitBreaker({ trip: consecutiveFailures(1) }) }, {}],
    ['the deadline has passed', {}, { deadline: { remainingMs: () => 0 } }],
    ['the caller has left', {}, { signal: AbortSignal.abort() }],
  ])('is cancelled when %s', async (_, options: ResilientFetchOptions, init) => {
    const { breaker } = options
    if (typeof breaker === 'object' && 'isolate' in breaker) (breaker as ReturnType<typeof circuitBreaker>).isolate()
    const { api, fetch } = promptClient([], options)
    const { stream, cancelled } = cancellable()

    const rejection = await rejectionOf(api(ORIGIN, { method: 'POST', body: stream, ...init }))

    expect(cancelled).toEqual([rejection])
    expect(fetch.sent).toEqual([])
  })

  it('whose cancellation fails changes nothing', async () => {
    const failure = refused()
    const { api } = promptClient([fails(failure)], { retry: { maxAttempts: 1 } })
    const stream = new ReadableStream({ cancel: () => Promise.reject(new Error('disk')) })

    expect(await rejectionOf(api(ORIGIN, { method: 'POST', body: stream }))).toBe(failure)
  })

  it('is not cancelled with an attempt that did not read from it', async () => {
    const dropping: Turn = async ({ request }) => {
      await request.body?.cancel(new Error('no connection'))
      throw refused()
    }
    const { api, fetch } = promptClient([dropping, reads(answers(200))])

    await api(ORIGIN, { method: 'PUT', body: kelp() })

    expect(fetch.sent.map(({ text }) => text)).toEqual([undefined, 'kelp'])
  })

  it('of a generator is ended, so that its finally runs', async () => {
    const { api } = promptClient([reads(fails(refused()))])
    const seen: string[] = []
    const iterable: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error('disk')),
        return: () => {
          seen.push('ended')
          return Promise.resolve({ done: true, value: undefined })
        },
      }),
    }

    await rejectionOf(api(ORIGIN, { method: 'POST', body: iterable, signal: AbortSignal.abort() }))

    expect(seen).toEqual(['ended'])
  })
})

describe('a stream that has been read from', () => {
  it('is cancelled with the attempt that read from it', async () => {
    const reason = new Error('connection lost')
    const cancelled: unknown[] = []
    const stream = new ReadableStream({
      pull: controller => controller.enqueue(new TextEncoder().encode('kelp')),
      cancel: given => void cancelled.push(given),
    })
    const breaking: Turn = async ({ request }) => {
      const reader = request.body?.getReader()
      await reader?.read()
      await reader?.cancel(reason)
      throw reset()
    }
    const { api } = promptClient([breaking])

    await rejectionOf(api(ORIGIN, { method: 'PUT', body: stream }))

    expect(cancelled).toEqual([reason])
  })

  it.each([
    ['is locked', (stream: ReadableStream) => void stream.getReader()],
    [
      'is disturbed',
      async (stream: ReadableStream) => {
        const reader = stream.getReader()
        await reader.read()
        reader.releaseLock()
      },
    ],
  ])('rejects, and is not sent: it %s', async (_, use) => {
    const { api, fetch } = promptClient([])
    const stream = kelp()
    await use(stream)

    expect(await rejectionOf(api(ORIGIN, { method: 'PUT', body: stream }))).toBeInstanceOf(TypeError)
    expect(fetch.sent).toEqual([])
  })

  it('of chunks that are no bytes rejects', async () => {
    const { api } = promptClient([reads(answers(200))])
    const stream = streamOf('kelp')

    const rejection = await rejectionOf(api(ORIGIN, { method: 'PUT', body: stream }))

    expect(rejection).toEqual(new TypeError('a body is made of Uint8Array chunks, got "kelp"'))
  })

  it('leaves the chunks to those who made them', async () => {
    const { api } = promptClient([reads(answers(200))])
    const chunk = new TextEncoder().encode('kelp')

    await api(ORIGIN, { method: 'PUT', body: streamOf(chunk, chunk) })

    expect(chunk.byteLength).toBe(4)
  })
})

describe('a stream is never sent twice', () => {
  const always = (): boolean => true
  const repeatsAll = { handlesResult: always, maxAttempts: 3 }

  it.each([
    ['a predicate of the user that repeats each answer', { retry: { handlesResult: always } }],
    ['a predicate of the user that repeats each error', { retry: { handles: always, handlesResult: always } }],
    ['a retry in place of that of the preset', { retry: retry(repeatsAll) }],
    ['a retry in place of the total limit', { total: retry(repeatsAll) }],
    ['a retry around an attempt', { retry: false as const, attempt: retry(repeatsAll) }],
  ])('not by %s', async (_, options: ResilientFetchOptions) => {
    const { api, fetch } = promptClient([reads(answers(200))], options)

    const response = await api(ORIGIN, { method: 'PUT', body: kelp() })

    expect(response.status).toBe(200)
    expect(fetch.sent.map(({ text }) => text)).toEqual(['kelp'])
  })
})
