import { keyed, type PolicyEvent } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type RetryBudget, retry, retryBudget } from '@holdfast/retry'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'

const broken = new Error('budget is broken')

function brokenAt(method: 'deposit' | 'withdraw'): RetryBudget {
  const budget: RetryBudget = { remaining: () => 1, deposit: () => {}, withdraw: () => true }
  return {
    ...budget,
    [method]: () => {
      throw broken
    },
  }
}

describe('a retry whose budget throws', () => {
  it.each([
    ['deposit', 0],
    ['withdraw', 1],
  ] as const)('rejects with what %s threw, and leaves nothing behind', async (method, calls) => {
    const clock = virtualClock()
    const operation = vi.fn(() => Promise.reject(new Error('down')))

    const rejection = await rejectionOf(retry({ clock, budget: brokenAt(method) }).run(operation))

    expect(rejection).toBe(broken)
    expect(operation).toHaveBeenCalledTimes(calls)
    expect(clock.pendingTimers).toBe(0)
  })

  it.each(['deposit', 'withdraw'] as const)('does not stay busy for the layers around it after %s', async method => {
    const keys = ['a', 'b']
    const perKey = keyed({ by: () => keys.shift(), make: () => retry({ budget: brokenAt(method) }), maxKeys: 1 })
    const recording = record(perKey)

    for (const _ of [1, 2]) await rejectionOf(perKey.run(() => Promise.reject(new Error('down'))))

    expect(recording.events.map(({ type }: PolicyEvent) => type)).toEqual(['keyed.evicted'])
  })

  it('rejects with a TypeError where it cannot grant at once', async () => {
    const withdraw = (): boolean => Promise.resolve(true) as unknown as boolean
    const policy = retry({ name: 'users', budget: { ...retryBudget(), withdraw } })

    const rejection = await rejectionOf(policy.run(() => Promise.reject(new Error('reset'))))

    expect(rejection).toEqual(new TypeError('users: withdraw of the budget must decide at once, got a promise'))
  })
})
