import { consecutiveFailures } from '@holdfast/circuit-breaker'
import { closeMidBody, faultServer, hangMidBody, ok, resetMidBody, type Step, slowBody } from '@holdfast/fault-server'
import { type ResilientFetchOptions, resilientFetch } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { chunksOf } from './chunks-of.ts'
import { platforms } from './platforms.ts'

/** Its breaker opens with so many failures. */
const breakingAfter = (failures: number, options: ResilientFetchOptions) =>
  resilientFetch({ ...options, breaker: { trip: consecutiveFailures(failures) } })

const faults: readonly [string, Step][] = [
  ['is reset', resetMidBody(10)],
  ['is reset, its length unknown', resetMidBody(10, { framing: 'chunked' })],
  ['is closed too early', closeMidBody(10)],
  ['is closed too early, its length unknown', closeMidBody(10, { framing: 'chunked' })],
]

const reads: readonly [string, (response: Response) => Promise<unknown>][] = [
  ['text', response => response.text()],
  ['a stream', ({ body }) => chunksOf(body)],
  ['a copy', response => response.clone().text()],
]

describe.each(platforms)('a body that breaks by way of $platform', ({ fetch }) => {
  it.each(faults.flatMap(([fault, step]) => reads.map(([way, read]) => ({ fault, step, way, read }))))(
    'rejects as without Holdfast, is not asked for again, and counts at the breaker: $fault, read as $way',
    async ({ step, read }) => {
      await using server = await faultServer()
      server.script('/kelp', [step])
      const api = breakingAfter(1, { fetch })

      const error = (await rejectionOf(read(await api(`${server.url}/kelp`)))) as Error
      const requests = server.requests.length
      const bare = (await rejectionOf(read(await fetch(`${server.url}/kelp`)))) as Error

      expect([error.name, error.message]).toEqual([bare.name, bare.message])
      expect((error.cause as { code: string }).code).toBe((bare.cause as { code: string }).code)
      expect(requests).toBe(1)
      expect(api.breakerOf(server.url)?.state).toBe('open')
    },
  )

  it('counts at the breaker when the server falls silent', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const clock = virtualClock()
    const api = breakingAfter(1, { fetch, clock })

    const rejection = rejectionOf((await api(`${server.url}/kelp`)).text())
    await clock.advance(30_000)

    expect(await rejection).toMatchObject({ phase: 'body' })
    expect(api.breakerOf(server.url)?.state).toBe('open')
  })

  it.each([
    ['the deadline of the call passes', { deadline: { remainingMs: () => 200 } }, 0],
    ['it is asked for after the total limit', {}, 31_000],
  ])('does not count when %s', async (_, init, waitMs) => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const clock = virtualClock()
    const api = breakingAfter(1, { fetch, clock })

    const response = await api(`${server.url}/kelp`, init)
    await clock.advance(waitMs)
    const rejection = rejectionOf(response.text())
    await clock.advance(200)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect(api.breakerOf(server.url)?.state).toBe('closed')
  })

  it('counts once, however many copies there are of it', async () => {
    await using server = await faultServer()
    server.script('/kelp', [resetMidBody(10)])
    const api = breakingAfter(2, { fetch })

    const response = await api(`${server.url}/kelp`)
    const copies = [response.clone(), response.clone(), response]
    const results = await Promise.allSettled(copies.map(copy => copy.text()))

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(api.breakerOf(server.url)?.state).toBe('closed')
  })

  it.each<[string, (response: Response, caller: AbortController) => Promise<unknown>]>([
    [
      'its caller has aborted it',
      (response, caller) => {
        const text = response.text()
        caller.abort()
        return text
      },
    ],
    ['its caller has cancelled it', async ({ body }) => body?.cancel()],
    [
      'its caller has gone after a part',
      async ({ body }) => {
        for await (const _ of body ?? []) break
      },
    ],
  ])('does not count when %s', async (_, leave) => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const caller = new AbortController()
    const api = breakingAfter(1, { fetch })

    await leave(await api(`${server.url}/kelp`, { signal: caller.signal }), caller).catch(() => 'aborted')

    expect(await server.requestsTo('/kelp')[0]?.answered).toBe('cut')
    expect(api.breakerOf(server.url)?.state).toBe('closed')
  })

  it('counts none that comes whole but makes no sense', async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok('{'), slowBody(['{'], () => Promise.resolve())])
    const api = breakingAfter(1, { fetch })

    for (let call = 0; call < 2; call++) {
      expect(await rejectionOf((await api(`${server.url}/kelp`)).json())).toBeInstanceOf(SyntaxError)
    }

    expect(api.breakerOf(server.url)?.state).toBe('closed')
  })
})
