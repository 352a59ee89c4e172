import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startShop } from '../src/shop.ts'
import { startStockServer } from '../src/stock-server.ts'

/** The shop and its backend on real sockets, with a clock of their own. Waits between attempts pass at once. */
async function start({ workMs = 100, failures = 0 } = {}) {
  const clock = virtualClock()
  const stock = await startStockServer(clock)
  Object.assign(stock.plan, { workMs, failures })
  const shop = await startShop({ stockUrl: stock.url, clock, random: () => 1 })
  // Also a timer of 0 ms takes 1.
  shop.policy.subscribe(event =>
    event.type === 'retry.scheduled' ? clock.advance(Math.max(1, event.delayMs)) : undefined,
  )
  onTestFinished(async () => {
    await shop.close()
    await stock.close()
  })

  return {
    clock,
    stock,
    ask: (deadlineMs?: string, signal: AbortSignal | null = null) => {
      const headers = deadlineMs === undefined ? {} : { 'holdfast-deadline-ms': deadlineMs }
      return fetch(`${shop.url}/offers/7`, { headers, signal })
    },
  }
}

describe('shop', () => {
  it('tells its backend what the caller has left, without what it needs itself', async () => {
    const { ask, clock, stock } = await start()

    const visit = stock.nextVisit()
    const answer = ask('400')
    const { toldMs } = await visit
    await clock.advance(100)
    const response = await answer

    expect(toldMs).toBe(350)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ id: '7', stock: { pieces: 12 } })
  })

  it.each([undefined, 'soon', '-5', '1e3'])('tells its own limit where the caller says %s', async sent => {
    const { ask, clock, stock } = await start()

    const visit = stock.nextVisit()
    const answer = ask(sent)
    const { toldMs } = await visit
    await clock.advance(100)
    await answer

    expect(toldMs).toBe(3_500)
  })

  it('tells the next attempt that there is less time', async () => {
    const { ask, stock } = await start({ workMs: 0, failures: 1 })

    const response = await ask('400')

    expect(response.status).toBe(200)
    expect(stock.visits.map(({ toldMs }) => toldMs)).toEqual([350, 250])
  })

  it('answers 504 when the time of its caller is over, and its backend works on no more', async () => {
    const { ask, clock, stock } = await start({ workMs: 10_000 })

    const visit = stock.nextVisit()
    const answer = ask('400')
    const { work } = await visit
    await clock.advance(350)
    const response = await answer
    await work.ended

    expect(response.status).toBe(504)
    expect(stock.visits.length).toBe(1)
    expect(stock.working).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('leaves its backend when the caller leaves, which works on no more', async () => {
    const { ask, clock, stock } = await start({ workMs: 10_000 })
    const caller = new AbortController()

    const visit = stock.nextVisit()
    const answer = ask('400', caller.signal)
    const { work } = await visit
    await clock.advance(100)
    caller.abort(new Error('left'))
    await expect(answer).rejects.toThrow('left')
    const ending = await work.ended
    await clock.advance(10_000)

    expect(ending).toBe('left alone')
    expect(work.steps).toBe(10)
    expect(stock.visits.length).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('asks nothing for a caller that has less time than it needs itself', async () => {
    const { ask, stock } = await start()

    const response = await ask('50')

    expect(response.status).toBe(504)
    expect(stock.visits).toEqual([])
  })

  it('answers 502 when each attempt has failed', async () => {
    const { ask, stock } = await start({ failures: 3 })

    const response = await ask()

    expect(response.status).toBe(502)
    expect(stock.visits.length).toBe(3)
  })

  it('answers 503 with Retry-After while the circuit is open, and leaves its backend alone', async () => {
    const { ask, stock } = await start({ failures: 5 })
    await ask()
    await ask()

    const response = await ask()

    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(stock.visits.length).toBe(5)
  })
})

describe('scenario', () => {
  it('ends by itself, with nobody working on', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    onTestFinished(() => log.mockRestore())

    await import('../src/main.ts')

    expect(log.mock.calls.flat().at(-1)).toMatch(/The stock service still works on: 0 of \d+ requests/)
  })
})
