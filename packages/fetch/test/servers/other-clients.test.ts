import { setImmediate } from 'node:timers/promises'
import {
  closesWhenIdle,
  diesWhenReused,
  faultServer,
  hangBeforeHeaders,
  ok,
  patternOf,
  resetBeforeHeaders,
  resetMidBody,
  sha256,
  status,
} from '@holdfast/fault-server'
import { resilientFetch, retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { outputOf } from './child-process.ts'
import { type Fetch, platforms } from './platforms.ts'

/** Undici takes a connection back a turn of the event loop after its answer has been read. */
const connectionKept = (): Promise<void> => setImmediate()

describe('what other clients got wrong', () => {
  it('undici#3975: a process that waits for nothing but a retry does not exit before it', async () => {
    await using server = await faultServer()
    // So that no connection keeps the process.
    server.script('/kelp', [closesWhenIdle(status(503)), ok('kelp')])

    expect(await outputOf('fetches-once.ts', `${server.url}/kelp`)).toBe('kelp')
    expect(server.requests).toHaveLength(2)
  })
})

describe.each(platforms)('what other clients got wrong, by way of $platform', ({ fetch }) => {
  it('undici PR 5675, openai-node#2580: an abort ends a backoff at once, with its own reason and no timer left', async () => {
    await using server = await faultServer()
    server.script('/kelp', [status(503, { 'retry-after': '20' })])
    const caller = new AbortController()
    const reason = new Error('the tide is out')
    const clock = virtualClock()
    const api = resilientFetch({ fetch, clock, body: { drainMs: Infinity } })
    const timers: number[] = []
    api.policy.subscribe(({ type }) => type === 'retry.scheduled' && queueMicrotask(() => caller.abort(reason)))
    caller.signal.addEventListener('abort', () => queueMicrotask(() => timers.push(clock.pendingTimers)))

    const rejection = await rejectionOf(api(`${server.url}/kelp`, { signal: caller.signal }))

    expect(rejection).toBe(reason)
    expect(timers).toEqual([0])
    expect(server.requests).toHaveLength(1)
  })

  it.each(['reset', 'close'] as const)(
    'undici#3492, #3300: a GET on a connection that was kept and is dead recovers at once, with a new one: %s',
    async how => {
      await using server = await faultServer()
      server.script('/kelp', [diesWhenReused(ok('first'), how), ok('second')])
      const api = resilientFetch({ fetch })

      await (await api(`${server.url}/kelp`)).text()
      await connectionKept()
      const response = await api(`${server.url}/kelp`)

      expect(await response.text()).toBe('second')
      expect(retryInfo(response)).toMatchObject({ attempts: 2, delaysMs: [0], stopped: 'succeeded' })
      expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 2])
    },
  )

  it.each(['reset', 'close'] as const)(
    'undici#3492, #3300: a POST on a connection that was kept and is dead fails, once: %s',
    async how => {
      await using server = await faultServer()
      server.script('/kelp', [diesWhenReused(ok('first'), how), ok('second')])
      const api = resilientFetch({ fetch })

      await (await api(`${server.url}/kelp`)).text()
      await connectionKept()
      const error = await rejectionOf(api(`${server.url}/kelp`, { method: 'POST', body: 'kelp' }))

      expect(error).toMatchObject({ cause: { code: how === 'reset' ? 'ECONNRESET' : 'UND_ERR_SOCKET' } })
      expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'POST'])
    },
  )

  it('ofetch PR 621: each attempt has a signal of its own, and as much time as the first', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangBeforeHeaders(), hangBeforeHeaders(), ok('kelp')])
    const clock = virtualClock()
    const signals: AbortSignal[] = []
    const recording: Fetch = (input, init) => {
      signals.push(init?.signal as AbortSignal)
      return fetch(input, init)
    }
    const api = resilientFetch({ fetch: recording, clock, random: () => 0, attempt: { timeoutMs: 500 } })
    const startedMs = clock.nowMs()

    const answer = api(`${server.url}/kelp`)
    for (const attempt of [1, 2]) {
      await server.arrived('/kelp', attempt)
      await clock.advance(499)
      expect(server.requests).toHaveLength(attempt)
      // One for the limit, one for the wait of no time.
      await clock.advance(2)
    }

    expect(await (await answer).text()).toBe('kelp')
    expect(new Set(signals).size).toBe(3)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false])
    expect(clock.nowMs() - startedMs).toBe(1_002)
  })

  it('axios-retry#66: a POST is not repeated on a reset', async () => {
    await using server = await faultServer()
    server.script('/kelp', [resetBeforeHeaders(), ok('kelp')])

    const error = await rejectionOf(resilientFetch({ fetch })(`${server.url}/kelp`, { method: 'POST', body: 'kelp' }))

    expect(error).toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNRESET' } })
    expect(server.requests.map(({ method, body }) => [method, body.sha256])).toEqual([['POST', sha256('kelp')]])
  })

  it('aws-sdk-js-v3#4754: an origin that is down does not use up the retries of another', async () => {
    await using down = await faultServer()
    await using busy = await faultServer()
    down.script('/kelp', [status(503)])
    busy.script('/kelp', [status(503), ok('kelp')])
    const api = resilientFetch({ fetch, breaker: false, random: () => 0 })

    const stopped: unknown[] = []
    for (let call = 0; call < 80; call++) stopped.push(retryInfo(await api(`${down.url}/kelp`))?.stopped)
    const response = await api(`${busy.url}/kelp`)

    expect([stopped.at(0), stopped.at(-1)]).toEqual(['attempts', 'budget'])
    expect(await response.text()).toBe('kelp')
  })

  it('undici#2986, #5119, #4970: a body is never resumed, and what looks like a part of one is handed on', async () => {
    await using server = await faultServer()
    const part = { 'content-range': 'bytes 5-9/10', etag: '"another"' }
    server.script('/kelp', [resetMidBody(5), status(206, part, 'forged')])
    const api = resilientFetch({ fetch })

    const error = await rejectionOf((await api(`${server.url}/kelp`)).text())
    const response = await api(`${server.url}/kelp`)

    expect(error).toMatchObject({ name: 'TypeError', message: 'terminated' })
    expect([response.status, response.headers.get('content-range'), await response.text()]).toEqual([
      206,
      'bytes 5-9/10',
      'forged',
    ])
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined])
  })

  it('undici#4222, PR 5405: the body after retries is whole for a slow reader, on a connection that was kept', async () => {
    await using server = await faultServer()
    const body = Buffer.concat([...patternOf(1_000_000)])
    server.script('/kelp', [status(503, {}, 'busy'), status(503, {}, 'busy'), ok(body)])

    const response = await resilientFetch({ fetch, random: () => 0 })(`${server.url}/kelp`)
    const chunks: Uint8Array[] = []
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk)
      await setImmediate()
    }

    expect(sha256(chunks)).toBe(sha256(body))
    expect(server.connections.accepted).toBeLessThanOrEqual(2)
  })
})
