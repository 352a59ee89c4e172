import { describe, expect, test } from 'vitest'
import { backoffs } from '../src/scenes/backoffs.ts'
import { burst } from '../src/scenes/burst.ts'
import { crowd } from '../src/scenes/crowd.ts'
import { orderBreakerRetry } from '../src/scenes/order-breaker-retry.ts'
import { orderBulkheadRetry } from '../src/scenes/order-bulkhead-retry.ts'
import { orderFallbackRetry } from '../src/scenes/order-fallback-retry.ts'
import { orderTimeoutRetry } from '../src/scenes/order-timeout-retry.ts'
import { outage } from '../src/scenes/outage.ts'
import { retryLoad } from '../src/scenes/retry-load.ts'
import { badlyNested, wellNested } from '../src/scenes/three-services.ts'

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

describe('backoffs', () => {
  test('double, up to their cap, and jitter never exceeds the curve', async () => {
    const [exponential] = await backoffs()

    expect(exponential?.curve).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000])
    for (const waits of exponential?.drawn ?? [])
      expect(waits.every((ms, index) => ms <= (exponential?.curve?.[index] ?? 0))).toBe(true)
  })
})

describe('a crowd', () => {
  test('comes back together without jitter, and never so with it', async () => {
    const most = async (jitter: 'none' | 'full'): Promise<number> => Math.max(...(await crowd(jitter)).slice(1))

    expect(await most('none')).toBe(200)
    expect(await most('full')).toBeLessThan(50)
  })
})

describe('the load of an outage', () => {
  test('is three times the calls without a budget, and 1.2 times with one, once it is used up', async () => {
    expect((await retryLoad(false)).slice(4, 9).every(calls => calls >= 290)).toBe(true)
    expect((await retryLoad(true)).slice(4, 9).every(calls => calls <= 130)).toBe(true)
  })
})

describe('a circuit through an outage', () => {
  test('opens, probes until a probe succeeds, and closes', async () => {
    const { phases, failed, refused } = await outage()

    expect(phases.map(({ state }) => state)).toEqual(
      'closed open halfOpen open halfOpen open halfOpen closed'.split(' '),
    )
    expect([failed.length, refused.length]).toEqual([12, 36])
  })
})

describe('a burst', () => {
  test('fills the slots, then the queue, and never more', async () => {
    const { running, queued, full, late, served } = await burst()

    expect(Math.max(...running.map(([, calls]) => calls))).toBe(5)
    expect(Math.max(...queued.map(([, calls]) => calls))).toBe(10)
    expect([sum(full), sum(late), served]).toEqual([20, 4, 39])
  })
})

describe('two orders', () => {
  test('a timeout outside a retry ends all attempts, inside it each of them', async () => {
    const { outside, inside, both } = await orderTimeoutRetry()
    const told = [outside, inside, both].map(({ attempts, answers }) => [attempts.length, answers[0]?.toMs])

    expect(told).toEqual([
      [1, 1_000],
      [3, 2_500],
      [3, 1_700],
    ])
  })

  test('a breaker inside a retry opens after three attempts, outside after nine', async () => {
    const { inside, outside } = await orderBreakerRetry()

    expect(inside.scene.attempts).toHaveLength(3)
    expect(outside.scene.attempts).toHaveLength(9)
    expect(inside.phases[1]?.fromMs).toBeLessThan(outside.phases[1]?.fromMs ?? 0)
  })

  test('a bulkhead inside a retry is free while it waits', async () => {
    const { inside, outside } = await orderBulkheadRetry()
    const waited = [inside, outside].map(({ answers }) => {
      const second = answers.find(({ caller }) => caller === 'second')
      return (second?.toMs ?? 0) - (second?.fromMs ?? 0)
    })

    expect(waited).toEqual([250, 800])
  })

  test('a fallback inside a retry leaves it nothing to repeat', async () => {
    const { outside, inside } = await orderFallbackRetry()
    const told = [outside, inside].map(({ attempts, answers }) => [attempts.length, answers[0]?.text])

    expect(told).toEqual([
      [3, 'value'],
      [1, 'stale answer'],
    ])
  })
})

describe('limits of three services', () => {
  test('that fit end all work before the client has gone', async () => {
    const { clientMs, works } = await wellNested()

    expect(works.every(({ toMs }) => toMs < clientMs)).toBe(true)
  })

  test('that do not fit leave work for nobody', async () => {
    const { clientMs, works } = await badlyNested()

    expect(works.every(({ toMs }) => toMs > clientMs)).toBe(true)
  })
})
