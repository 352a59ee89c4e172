import type { ResilientFetchOptions } from '@holdfast/fetch'
import { retryInfo } from '@holdfast/fetch'
import { retryBudget } from '@holdfast/retry'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { type Client, clientOn, ended, ORIGIN } from './client.ts'
import { answers } from './scripted-fetch.ts'

/** A client of servers that are all down, whose calls do not open circuits. */
function down(options: ResilientFetchOptions = {}): Client {
  const clock = virtualClock()
  return clientOn(
    clock,
    Array.from({ length: 10_000 }, () => answers(503)),
    { breaker: false, ...options },
  )
}

/** How many attempts so many calls make in all, which begin at once. */
async function attempts({ api, clock, fetch }: Client, calls: number, url = ORIGIN): Promise<number> {
  const before = fetch.sent.length
  await ended(clock, Promise.all(Array.from({ length: calls }, () => api(url))))
  return fetch.sent.length - before
}

describe('the budget', () => {
  it('allows ten retries per second, and one for five calls besides', async () => {
    // Within 10 s: 200 calls, 100 retries for the time and 40 for the calls.
    expect(await attempts(down(), 200)).toBe(200 + 100 + 40)
  })

  it('ends the attempts with the answer that there is', async () => {
    const made = down({ retry: { budget: retryBudget({ ratio: 0, minPerSecond: 0 }) } })
    const recording = record(made.api.policy)

    const response = await made.api(ORIGIN)

    expect(response.status).toBe(503)
    expect(retryInfo(response)).toEqual({ attempts: 1, delaysMs: [], errors: [], stopped: 'budget' })
    expect(recording.types).toEqual(['retry.budgetExhausted'])
    expect(made.clock.pendingTimers).toBe(0)
  })

  it('is another one for each origin: one that is down leaves the retries of all others alone', async () => {
    const made = down()

    await attempts(made, 1_000)

    expect(await attempts(made, 1)).toBe(1)
    expect(await attempts(made, 1, 'https://other.example')).toBe(3)
  })

  it('is another one for each key', async () => {
    const made = down({ keyBy: ({ url }) => url.pathname })

    await attempts(made, 1_000, `${ORIGIN}/one`)

    expect(await attempts(made, 1, `${ORIGIN}/one?again`)).toBe(1)
    expect(await attempts(made, 1, `${ORIGIN}/two`)).toBe(3)
  })

  it('is shared by all keys where one is given', async () => {
    const made = down({ retry: { budget: retryBudget() } })

    await attempts(made, 1_000)

    expect(await attempts(made, 1, 'https://other.example')).toBe(1)
  })

  it('may be left out', async () => {
    expect(await attempts(down({ retry: { budget: false } }), 1_000)).toBe(3_000)
  })

  it('starts anew for a key that had made room for others', async () => {
    const made = down({ maxKeys: 2 })
    const [one, two, three] = ['one', 'two', 'three'].map(name => `https://${name}.example`)
    await attempts(made, 1_000, one)
    await attempts(made, 1, two)

    const known = await attempts(made, 1, one)
    await attempts(made, 1, three)
    const stillKnown = await attempts(made, 1, one)
    await attempts(made, 1, two)
    await attempts(made, 1, three)
    const forgotten = await attempts(made, 1, one)

    expect([known, stillKnown, forgotten]).toEqual([1, 1, 3])
  })

  it('has retries again when time has passed', async () => {
    const made = down()
    await attempts(made, 1_000)

    await made.clock.advance(20_000)

    expect(await attempts(made, 1)).toBe(3)
  })
})
