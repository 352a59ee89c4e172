import type { Call } from '@holdfast/core'
import { budgetByKey } from '@holdfast/fetch/http'
import { retryBudget } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const keyOf = (call: Call | undefined): string => (call as unknown as { readonly key: string }).key
const callOf = (key: string): Call => ({ key }) as unknown as Call

const step = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  does: fc.constantFrom('deposit' as const, 'withdraw' as const),
  times: fc.integer({ min: 1, max: 60 }),
  waitMs: fc.constantFrom(0, 0, 0, 100, 5_000),
})

describe('budgetByKey', () => {
  it('is a budget for each of the keys that were used last, and a new one for all others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step), fc.integer({ min: 1, max: 6 }), async (steps, maxKeys) => {
        const clock = virtualClock()
        const budget = budgetByKey(keyOf, maxKeys)
        let known: { readonly key: string; readonly own: ReturnType<typeof retryBudget> }[] = []

        for (const { key, does, times, waitMs } of steps) {
          await clock.advance(waitMs)
          const used = known.find(entry => entry.key === key) ?? { key, own: retryBudget() }
          known = [...known.filter(entry => entry !== used), used].slice(-maxKeys)
          for (let time = 0; time < times; time++) {
            expect(budget[does](clock, callOf(key))).toBe(used.own[does](clock))
          }
          expect(budget.remaining(clock)).toBe(Math.min(...known.map(({ own }) => own.remaining(clock))))
        }
      }),
    )
  })
})
