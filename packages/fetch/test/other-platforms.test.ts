import { classify, type FailureKind } from '@holdfast/fetch/http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { client, ended, ORIGIN } from './client.ts'
import { coded } from './network-errors.ts'
import { answers, fails } from './scripted-fetch.ts'

const node: readonly (readonly [string, unknown])[] = [
  ['Node 21 and later', { userAgent: 'Node.js/24' }],
  ['Node 20, which has no navigator', undefined],
  ['a navigator without a name', {}],
]

const others: readonly (readonly [string, unknown])[] = [
  ['a browser', { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0' }],
  ['Deno', { userAgent: 'Deno/2.9.6' }],
  ['Bun', { userAgent: 'Bun/1.4.5' }],
  ['Cloudflare Workers', { userAgent: 'Cloudflare-Workers' }],
  ['one with an empty name', { userAgent: '' }],
]

const kindOn = (navigator: unknown, error: unknown): FailureKind => {
  vi.stubGlobal('navigator', navigator)
  return classify(error).kind
}

describe('a TypeError without a code', () => {
  afterEach(() => vi.unstubAllGlobals())

  it.each(node)('is a mistake of the caller on %s', (_, navigator) => {
    expect(kindOn(navigator, new TypeError('fetch failed', { cause: new Error('bad port') }))).toBe('permanent')
  })

  it.each(others)('may be a broken connection on %s', (_, navigator) => {
    expect(kindOn(navigator, new TypeError('Failed to fetch'))).toBe('ambiguous')
  })

  it.each(others)('gives way to a code, and other errors are no fault of the network, on %s', (_, navigator) => {
    expect(kindOn(navigator, new TypeError('error', { cause: coded('ECONNREFUSED') }))).toBe('neverProcessed')
    expect(kindOn(navigator, new Error('Failed to fetch'))).toBe('permanent')
    expect(kindOn(navigator, new DOMException('aborted', 'AbortError'))).toBe('permanent')
  })

  it.each(others)('is repeated with GET, and not with POST, on %s', async (_, navigator) => {
    vi.stubGlobal('navigator', navigator)
    const failure = new TypeError('Failed to fetch')
    const reading = client([fails(failure), answers(200)])
    const writing = client([fails(failure)])

    const response = await ended(reading.clock, reading.api(ORIGIN))
    const rejection = ended(writing.clock, writing.api(ORIGIN, { method: 'POST', body: 'kelp' }))

    expect(response.status).toBe(200)
    await expect(rejection).rejects.toBe(failure)
    expect(writing.fetch.sent).toHaveLength(1)
  })

  it.each([...node.map(([where]) => [where, 'closed'] as const), ...others.map(([where]) => [where, 'open'] as const)])(
    'on %s leaves the breaker %s',
    async (where, state) => {
      vi.stubGlobal('navigator', new Map([...node, ...others]).get(where))
      const failure = new TypeError('Failed to fetch')
      const { api, clock } = client(
        Array.from({ length: 5 }, () => fails(failure)),
        { retry: false },
      )

      for (let call = 0; call < 5; call++) await ended(clock, api(ORIGIN)).catch(() => {})

      expect(api.breakerOf(ORIGIN)?.state).toBe(state)
    },
  )
})
