import { pipeline } from '@holdfast/core'
import { deadlineFrom, retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN, sentAt } from './client.ts'
import { answers, hangs } from './scripted-fetch.ts'

const within = (ms: number) => ({ deadline: { remainingMs: () => ms } })

describe('the deadline of a call', () => {
  it('ends the call', async () => {
    const made = client([hangs()])

    const rejection = await rejectionOf(ended(made.clock, made.api(ORIGIN, within(700))))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', policy: 'fetch', timeoutMs: 700, phase: 'run' })
    expect(made.fetch.sent[0]?.request.signal.reason).toBe(rejection)
  })

  it.each([0, -1, -Infinity])('that has passed sends nothing: %d ms', async ms => {
    const { api, clock, fetch } = client([])

    const rejection = await rejectionOf(api(ORIGIN, within(ms)))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', policy: 'fetch', timeoutMs: 0, phase: 'run' })
    expect([fetch.sent, clock.pendingTimers]).toEqual([[], 0])
  })

  it('only shortens the total limit', async () => {
    const { api, clock } = client([hangs()], { retry: false, attempt: false })

    const rejection = await rejectionOf(ended(clock, api(ORIGIN, within(60_000))))

    expect(rejection).toMatchObject({ phase: 'total', timeoutMs: 30_000 })
  })

  it('ends the attempts where the next one would begin after it', async () => {
    const made = client([answers(503), answers(503)])

    const response = await ended(made.clock, made.api(ORIGIN, within(300)))

    expect(sentAt(made)).toEqual([0, 100])
    expect(retryInfo(response)?.stopped).toBe('deadline')
  })

  it('that is Infinity is none', async () => {
    const { api, clock } = client([answers(200)])

    expect((await ended(clock, api(ORIGIN, within(Infinity)))).status).toBe(200)
  })

  it('that is NaN is an error', async () => {
    const { api } = client([])

    expect(await rejectionOf(api(ORIGIN, within(Number.NaN)))).toBeInstanceOf(RangeError)
  })

  it('is asked once, when the call begins', async () => {
    const { api, clock } = client([answers(503), answers(200)])
    let asked = 0

    await ended(clock, api(ORIGIN, { deadline: { remainingMs: () => 1_000 * ++asked } }))

    expect(asked).toBe(1)
  })

  it('may be that of a request that is being served', async () => {
    const { api, clock } = client([hangs()])
    const deadline = deadlineFrom({ headers: { 'holdfast-deadline-ms': '900' } }, { clock })

    await clock.advance(200)
    const rejection = await rejectionOf(ended(clock, api(ORIGIN, { deadline })))

    expect(rejection).toMatchObject({ timeoutMs: 700 })
  })

  it('may be a call of other policies', async () => {
    const { api, clock } = client([hangs()])

    const rejection = rejectionOf(
      pipeline({ clock }).run(call => api(ORIGIN, { deadline: call, signal: call.signal }), { timeoutMs: 400 }),
    )
    await ended(clock, rejection)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 400 })
  })
})

describe('the headers that a call sends', () => {
  const headersOf = ({ fetch }: ReturnType<typeof client>, name: string): (string | null)[] =>
    fetch.sent.map(({ request }) => request.headers.get(name))

  it('are only those of the caller, by default', async () => {
    const made = client([answers(503), answers(200)])

    await ended(made.clock, made.api(ORIGIN, { headers: { 'x-tank': '7' } }))

    expect(made.fetch.sent.map(({ request }) => [...request.headers])).toEqual([[['x-tank', '7']], [['x-tank', '7']]])
  })

  it('tell the number of the attempt, where that is asked for', async () => {
    const made = client([answers(503), answers(503), answers(200)], { attemptHeader: true })

    await ended(made.clock, made.api(ORIGIN))

    expect(headersOf(made, 'holdfast-attempt')).toEqual(['1', '2', '3'])
    expect(headersOf(made, 'holdfast-deadline-ms')).toEqual([null, null, null])
  })

  it('tell what is left of the call at each attempt, where that is asked for', async () => {
    const made = client([answers(503), answers(503), answers(200)], { deadlineHeader: true })

    await ended(made.clock, made.api(ORIGIN))

    expect(headersOf(made, 'holdfast-deadline-ms')).toEqual(['30000', '29900', '29700'])
    expect(headersOf(made, 'holdfast-attempt')).toEqual([null, null, null])
  })

  it('tell the deadline of the caller, where that comes first', async () => {
    const made = client([answers(503), answers(200)], { deadlineHeader: true })

    await ended(made.clock, made.api(ORIGIN, within(1_234.5)))

    expect(headersOf(made, 'holdfast-deadline-ms')).toEqual(['1234', '1134'])
  })

  it('tell no deadline where there is none', async () => {
    const made = client([answers(200)], { deadlineHeader: true, total: false })

    await ended(made.clock, made.api(ORIGIN))

    expect(headersOf(made, 'holdfast-deadline-ms')).toEqual([null])
  })

  it('are such that deadlineFrom reads them', async () => {
    const made = client([answers(200)], { deadlineHeader: true })

    await ended(made.clock, made.api(ORIGIN, within(999.9)))

    const [sent] = made.fetch.sent
    expect(deadlineFrom(sent?.request as Request, { clock: made.clock }).remainingMs()).toBe(999)
  })

  it('are in place of what the caller sends by that name: a server passes its own on', async () => {
    const made = client([answers(200)], { attemptHeader: true, deadlineHeader: true })

    await ended(
      made.clock,
      made.api(ORIGIN, { headers: { 'Holdfast-Attempt': '9', 'Holdfast-Deadline-Ms': '9', 'x-tank': '7' } }),
    )

    expect([...(made.fetch.sent[0]?.request.headers ?? [])]).toEqual([
      ['holdfast-attempt', '1'],
      ['holdfast-deadline-ms', '30000'],
      ['x-tank', '7'],
    ])
  })
})
