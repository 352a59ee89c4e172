import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { observe } from '@holdfast/core'
import { globalTimersOf } from '@holdfast/fixtures/global-timers'
import { retry } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { logged } from './logged.ts'

const INTERVAL_MS = 60_000

/** Makes so many calls that give up after one attempt. */
async function giveUp(name: string, calls: number): Promise<void> {
  const policy = retry({ name, maxAttempts: 1, budget: false })
  const down = Promise.reject(new Error('down'))
  await Promise.allSettled(Array.from({ length: calls }, () => policy.run(() => down)))
}

describe('an outage', () => {
  it('is one line at once, and one with the count of the others when the interval is over', async () => {
    const clock = virtualClock()
    const { records } = logged({ clock })

    await giveUp('catalogue', 10_000)
    const atOnce = records.map(({ body }) => body)
    await clock.advance(INTERVAL_MS - 1)
    const before = records.length
    await clock.advance(1)

    const line = 'catalogue: gave up after 1 attempt (attempts)'
    expect(atOnce).toEqual([line])
    expect(before).toBe(1)
    expect(records.slice(1)).toMatchObject([
      { body: `${line} (9999 more within 60 s)`, attributes: { 'holdfast.log.repeated': 9_999 } },
    ])
    expect(clock.pendingTimers).toBe(0)
  })

  it('is told anew in each interval', async () => {
    const clock = virtualClock()
    const { records } = logged({ clock, logIntervalMs: 1_000 })

    for (let interval = 0; interval < 3; interval++) {
      await giveUp('catalogue', 5)
      await clock.advance(1_000)
    }

    const repeated = records.map(({ attributes }) => attributes['holdfast.log.repeated'])
    expect(repeated).toEqual([undefined, 4, undefined, 4, undefined, 4])
  })

  it('leaves no second line, and no timer, where nothing was repeated', async () => {
    const clock = virtualClock()
    const { records } = logged({ clock })

    await giveUp('catalogue', 1)
    await clock.advance(INTERVAL_MS)

    expect(records).toHaveLength(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('of one policy does not hide that of another', async () => {
    const clock = virtualClock()
    const { records } = logged({ clock })

    await giveUp('catalogue', 100)
    await giveUp('prices', 2)

    expect(records.map(({ attributes }) => attributes['holdfast.policy.name'])).toEqual(['catalogue', 'prices'])
  })

  it('of very many policies is counted together, from the kind that is too many', async () => {
    const clock = virtualClock()
    const { records } = logged({ clock, maxAttributeSets: 2 })

    for (let number = 1; number <= 10; number++) await giveUp(`policy ${number}`, 1)
    const atOnce = records.length
    await clock.advance(INTERVAL_MS)

    expect(atOnce).toBe(3)
    expect(records.slice(3)).toMatchObject([{ attributes: { 'holdfast.log.repeated': 7 } }])
  })

  it('of a policy that is known goes on to be counted by itself', async () => {
    const clock = virtualClock()
    const { records } = logged({ clock, maxAttributeSets: 1 })

    for (const name of ['known', 'too many', 'known', 'too many']) await giveUp(name, 1)
    await clock.advance(INTERVAL_MS)

    expect(records.slice(2)).toMatchObject([
      { attributes: { 'holdfast.policy.name': 'known', 'holdfast.log.repeated': 1 } },
      { attributes: { 'holdfast.policy.name': 'too many', 'holdfast.log.repeated': 1 } },
    ])
  })

  it('does not hide what is done by hand: each of it is told', () => {
    const { records } = logged({ clock: virtualClock() })
    const breaker = circuitBreaker({ name: 'guard' })

    for (const reason of ['first', 'second']) {
      breaker.isolate({ reason })
      breaker.close({ reason })
    }

    expect(records.map(({ attributes }) => attributes['holdfast.circuit.reason'])).toEqual([
      'first',
      'first',
      'second',
      'second',
    ])
  })

  it('has its count told when the instrumentation ends, and nothing after that', async () => {
    const clock = virtualClock()
    const { records, stop } = logged({ clock })
    await giveUp('catalogue', 10)

    stop()
    stop()
    await giveUp('catalogue', 10)
    await clock.advance(INTERVAL_MS)

    expect(records.map(({ attributes }) => attributes['holdfast.log.repeated'])).toEqual([undefined, 9])
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('the interval of repeated messages', () => {
  it('goes by the clock of the platform, where no other is given', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { records } = logged()

    await giveUp('catalogue', 3)
    vi.advanceTimersByTime(INTERVAL_MS)

    expect(records.map(({ attributes }) => attributes['holdfast.log.repeated'])).toEqual([undefined, 2])
  })

  it('does not keep the process alive', () => {
    logged()
    const breaker = circuitBreaker({ trip: consecutiveFailures(1) })

    const timers = globalTimersOf(() => breaker.record('failure'))

    expect(timers.map(timer => timer.hasRef())).toEqual([false])
  })
})

describe('a logger that throws', () => {
  it('is reported, and is nothing to the call', async () => {
    const faults: unknown[] = []
    onTestFinished(observe({ fault: ({ error }) => void faults.push(error) }))
    const full = new Error('the disk is full')
    const write = (): never => {
      throw full
    }
    logged({ clock: virtualClock(), logger: { info: write, warn: write, error: write } })

    const answer = retry({ maxAttempts: 1, budget: false }).run(() => Promise.reject(new Error('down')))

    await expect(answer).rejects.toThrow('down')
    expect(faults).toEqual([full])
  })
})
