import { resilientFetch } from '@holdfast/fetch'
import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { isCollected } from '@holdfast/fixtures/garbage'
import { countCollected, unhandledRejectionsOf } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { client, ended, ORIGIN } from './client.ts'
import { reset } from './network-errors.ts'
import { answers, fails, hangs, type Turn } from './scripted-fetch.ts'

const endings: readonly (readonly [string, readonly Turn[]])[] = [
  ['an answer', [answers(200)]],
  ['an error', [fails(new Error('no'))]],
  ['answers that are all alike', [answers(503), answers(503), answers(503)]],
  ['errors that are all alike', [fails(reset()), fails(reset()), fails(reset())]],
  ['limits that have passed', [hangs(), hangs(), hangs()]],
]

/** Long enough for all attempts and their waits, and shorter than the total limit. */
const ALL_ATTEMPTS_MS = 25_000

describe('a call that has ended', () => {
  it.each(endings)('leaves no timer and no listener behind: %s', async (_, turns) => {
    const { api, clock } = client(turns)
    const { signal } = new AbortController()

    const end = api(ORIGIN, { signal }).then(
      response => response.body?.cancel(),
      () => 'rejected',
    )
    await clock.advance(ALL_ATTEMPTS_MS)
    await end

    expect([clock.pendingTimers, abortListeners(signal)]).toEqual([0, 0])
  })

  it.each(endings)('leaves no rejection unhandled: %s', async (_, turns) => {
    const inits = [{}, { signal: new AbortController().signal }, { method: 'PUT', body: new Blob(['kelp']).stream() }]

    const unhandled = await unhandledRejectionsOf(async () => {
      for (const init of inits) {
        const { api, clock } = client(turns)
        await ended(clock, api(ORIGIN, init)).catch(() => {})
      }
    })

    expect(unhandled).toEqual([])
  })

  it('leaves no rejection unhandled when a Request cannot be read after all', async () => {
    const body = new ReadableStream({ pull: controller => controller.error(new Error('disk')) })
    const request = new Request(ORIGIN, { method: 'PUT', body, duplex: 'half' } as RequestInit)
    const { api } = client([])

    const unhandled = await unhandledRejectionsOf(() => api(request).catch(() => {}))

    expect(unhandled).toEqual([])
  })

  it('leaves nothing in memory, although the signal of the caller goes on', async () => {
    const { signal } = new AbortController()
    const api = resilientFetch({ fetch: async () => new Response('kelp') })
    const call = async (): Promise<WeakRef<Response>> => {
      const response = await api(ORIGIN, { signal })
      // Many callers look at the status only.
      return new WeakRef(response)
    }
    const responses = await Promise.all(Array.from({ length: 20 }, call))
    const early = abortListeners(signal)

    const collected = await countCollected(responses)

    expect([early, collected]).toEqual([20, 20])
    // When platforms tell of what they have collected is up to them.
    await vi.waitFor(() => expect(abortListeners(signal)).toBe(0))
  })

  it('keeps a body bound to the signal of its caller for as long as anybody has the response', async () => {
    const controller = new AbortController()
    const signals: (AbortSignal | null | undefined)[] = []
    const api = resilientFetch({
      fetch: async (_, init) => {
        signals.push(init?.signal)
        return new Response('kelp')
      },
    })
    const response = await api(ORIGIN, { signal: controller.signal })

    await countCollected([])
    controller.abort(new Error('enough'))

    expect(signals.map(signal => signal?.aborted)).toEqual([true])
    expect(response.ok).toBe(true)
  })

  it('does not hold its client', async () => {
    const used = async (): Promise<object> => {
      const api = resilientFetch({ fetch: async () => new Response('kelp') })
      await (await api(ORIGIN)).text()
      return api
    }

    expect(await isCollected(used)).toBe(true)
  })
})

describe('many calls at once', () => {
  it('hold no more than one listener each, and none when they have ended', async () => {
    const { api, clock } = client(Array.from({ length: 100 }, () => answers(204, {}, null)))
    const { signal } = new AbortController()

    const all = Promise.all(Array.from({ length: 100 }, () => api(ORIGIN, { signal })))
    const during = abortListeners(signal)
    await ended(clock, all)

    expect([during <= 100, abortListeners(signal), clock.pendingTimers]).toEqual([true, 0, 0])
  })

  it('do not see each other: each has its own attempts, keys and signals', async () => {
    const { api, clock, fetch } = client(
      Array.from({ length: 20 }, (_, index) => answers(index < 10 ? 503 : 200)),
      { breaker: false, idempotencyKey: 'auto', attemptHeader: true },
    )

    await ended(clock, Promise.all(Array.from({ length: 10 }, () => api(ORIGIN, { method: 'POST', body: 'kelp' }))))

    const sent = fetch.sent.map(({ request }) => request)
    const keys = sent.map(({ headers }) => headers.get('idempotency-key'))
    expect(new Set(keys).size).toBe(10)
    expect(new Set(sent.map(({ signal }) => signal)).size).toBe(20)
    expect(sent.map(({ headers }) => headers.get('holdfast-attempt'))).toEqual([
      ...Array.from({ length: 10 }, () => '1'),
      ...Array.from({ length: 10 }, () => '2'),
    ])
  })
})
