import type { ResilientFetchOptions } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'
import { type Client, client, ended, ORIGIN } from './client.ts'
import { coded, fetchFailed, refused, reset } from './network-errors.ts'
import { answers, fails, hangs, type Turn, times } from './scripted-fetch.ts'

/** Makes so many calls, one after the other, whatever comes of them. */
async function called({ api, clock }: Client, calls: number, init: RequestInit = {}): Promise<void> {
  for (let call = 0; call < calls; call++) await ended(clock, api(ORIGIN, init as object)).catch(() => {})
}

/** The state of the breaker after five calls that all go the same way. */
async function stateAfter(turn: Turn, options: ResilientFetchOptions = {}): Promise<string | undefined> {
  const made = client(times(5, turn), { retry: false, ...options })
  await called(made, 5)
  return made.api.breakerOf(ORIGIN)?.state
}

const failures: readonly (readonly [string, Turn])[] = [
  ...[500, 502, 503, 504, 506, 507, 508, 510, 511, 520, 529, 599].map(
    status => [`${status}`, answers(status)] as const,
  ),
  ['a refused connection', fails(refused())],
  ['a broken connection', fails(reset())],
  ['a name that is not there', fails(fetchFailed(coded('ENOTFOUND')))],
  ['a certificate that is not trusted', fails(fetchFailed(coded('DEPTH_ZERO_SELF_SIGNED_CERT')))],
  ['an answer that is no HTTP', fails(fetchFailed(Object.assign(new Error('no'), { name: 'HTTPParserError' })))],
  ['an attempt that takes too long', hangs()],
]

const successes = [200, 201, 204, 301, 304, 400, 401, 403, 404, 408, 409, 421, 422, 425, 451, 501, 505]

describe('the breaker of an origin', () => {
  it.each(failures)('opens after five times %s', async (_, turn) => {
    expect(await stateAfter(turn)).toBe('open')
  })

  it.each(successes)('stays closed after %d, which is no failure of the server', async status => {
    expect(await stateAfter(answers(status, {}, null))).toBe('closed')
  })

  it.each(successes)('counts %d as a success: it ends a row of failures', async status => {
    const made = client([...times(4, answers(500)), answers(status, {}, null), ...times(4, answers(500))], {
      retry: false,
    })

    await called(made, 9)

    expect(made.api.breakerOf(ORIGIN)?.state).toBe('closed')
  })

  it('counts 429 as nothing: it neither is a failure nor ends a row of them', async () => {
    const made = client([...times(4, answers(500)), ...times(9, answers(429)), answers(500)], { retry: false })

    await called(made, 13)
    const early = made.api.breakerOf(ORIGIN)?.state
    await called(made, 1)

    expect([early, made.api.breakerOf(ORIGIN)?.state]).toEqual(['closed', 'open'])
  })

  it.each([
    ['a forbidden port', fetchFailed(new Error('bad port'))],
    ['a redirect with a stream', fetchFailed(new Error(''))],
    ['an invalid header', new TypeError('Headers.append: invalid')],
    ['a request that undici does not take', fetchFailed(coded('UND_ERR_INVALID_ARG'))],
    ['a dispatcher that has been closed', coded('UND_ERR_CLOSED')],
  ])('counts the mistakes of the caller as nothing: %s', async (_, mistake) => {
    const made = client([...times(4, answers(500)), ...times(9, fails(mistake)), answers(500)], { retry: false })

    await called(made, 13)
    const early = made.api.breakerOf(ORIGIN)?.state
    await called(made, 1)

    expect([early, made.api.breakerOf(ORIGIN)?.state]).toEqual(['closed', 'open'])
  })

  it('counts the abort of the caller as nothing', async () => {
    const made = client([...times(4, answers(500)), ...times(9, hangs()), answers(500)], { retry: false })

    await called(made, 4)
    for (let call = 0; call < 9; call++) {
      const controller = new AbortController()
      const answer = made.api(ORIGIN, { signal: controller.signal }).catch(() => {})
      await made.clock.advance(5_000)
      controller.abort()
      await answer
    }
    const early = made.api.breakerOf(ORIGIN)?.state
    await called(made, 1)

    expect([early, made.api.breakerOf(ORIGIN)?.state]).toEqual(['closed', 'open'])
  })
})

describe('the breaker of an origin opens', () => {
  it('after five failures in a row, and not after four', async () => {
    const made = client(times(5, answers(500)), { retry: false })

    await called(made, 4)
    const early = made.api.breakerOf(ORIGIN)?.state
    await called(made, 1)

    expect([early, made.api.breakerOf(ORIGIN)?.state]).toEqual(['closed', 'open'])
  })

  /** Failures and successes in turn, so that there are never two in a row. */
  const mixed = (count: number, first: Turn, second: Turn): Turn[] =>
    Array.from({ length: count }, (_, index) => (index % 2 === 0 ? first : second))

  it('when half of twenty calls in 10 s fail, and not when half of nineteen do', async () => {
    const made = client([...mixed(19, answers(500), answers(200)), answers(500)], { retry: false })

    await called(made, 19)
    const early = made.api.breakerOf(ORIGIN)?.state
    await called(made, 1)

    expect([early, made.api.breakerOf(ORIGIN)?.state]).toEqual(['closed', 'open'])
  })

  it('not when fewer than half of them do', async () => {
    const made = client([answers(200), answers(200), ...mixed(40, answers(200), answers(500))], { retry: false })

    await called(made, 42)

    expect(made.api.breakerOf(ORIGIN)?.state).toBe('closed')
  })

  it('not when they are further apart than 10 s', async () => {
    const made = client(mixed(40, answers(200), answers(500)), { retry: false })

    for (let call = 0; call < 40; call++) {
      await called(made, 1)
      await made.clock.advance(600)
    }

    expect(made.api.breakerOf(ORIGIN)?.state).toBe('closed')
  })
})
