import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { type Client, client, ended, ORIGIN } from './client.ts'
import { answers, hangs, type Turn, times } from './scripted-fetch.ts'

/** A client whose circuit has just opened; `turns` come next. */
async function opened(turns: readonly Turn[], random = (): number => 1): Promise<Client> {
  const made = client([...times(5, answers(500)), ...turns], { retry: false, random })
  for (let call = 0; call < 5; call++) await ended(made.clock, made.api(ORIGIN))
  return made
}

const stateOf = ({ api }: Client): string | undefined => api.breakerOf(ORIGIN)?.state

/** For how long the circuit says that it is open, in milliseconds. */
async function openFor({ api }: Client): Promise<unknown> {
  const rejection = (await rejectionOf(api(ORIGIN))) as { readonly retryAfterMs: number }
  return rejection.retryAfterMs
}

describe('an open circuit', () => {
  it.each([
    ['all', 1, 5_000],
    ['half', 0.5, 3_750],
    ['nothing', 0, 2_500],
  ])('rejects for 5 s, of which one half is certain and %s of the other is drawn', async (_, lot, ms) => {
    expect(await openFor(await opened([], () => lot))).toBe(ms)
  })

  it('closes when its probe succeeds', async () => {
    const made = await opened([answers(200), answers(500), answers(200)])

    await made.clock.advance(5_000)
    await ended(made.clock, made.api(ORIGIN))
    const state = stateOf(made)
    await ended(made.clock, made.api(ORIGIN))

    expect([state, stateOf(made)]).toEqual(['closed', 'closed'])
  })

  it('is open for twice as long each time that its probe fails, up to a minute', async () => {
    const made = await opened(times(6, answers(500)))
    const openMs: unknown[] = [await openFor(made)]

    for (let probe = 0; probe < 6; probe++) {
      await made.clock.advance(60_000)
      await ended(made.clock, made.api(ORIGIN))
      openMs.push(await openFor(made))
    }

    expect(openMs).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000])
  })

  it('begins with 5 s again once it was closed', async () => {
    const made = await opened([answers(500), answers(200), ...times(5, answers(500))])
    for (let probe = 0; probe < 2; probe++) {
      await made.clock.advance(60_000)
      await ended(made.clock, made.api(ORIGIN))
    }

    for (let call = 0; call < 5; call++) await ended(made.clock, made.api(ORIGIN))

    expect(await openFor(made)).toBe(5_000)
  })

  it('lets one probe through at a time', async () => {
    const made = await opened([hangs()])
    await made.clock.advance(5_000)

    const probe = rejectionOf(made.api(ORIGIN))
    const rejection = await rejectionOf(made.api(ORIGIN))
    await ended(made.clock, probe)

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN', retryAfterMs: 0 })
    expect(made.fetch.sent).toHaveLength(6)
  })

  it.each([
    ['429 comes', answers(429), false],
    ['the caller aborts', hangs(), true],
  ])('lets the next probe through where the first says nothing: %s', async (_, turn, isAborted) => {
    const made = await opened([turn, answers(200)])
    await made.clock.advance(5_000)
    const controller = new AbortController()

    const probe = made.api(ORIGIN, { signal: controller.signal }).catch(() => {})
    if (isAborted) controller.abort()
    await probe
    const early = stateOf(made)
    const response = await ended(made.clock, made.api(ORIGIN))

    expect(early).toBe('halfOpen')
    expect(response.status).toBe(200)
    expect(stateOf(made)).toBe('closed')
  })
})
