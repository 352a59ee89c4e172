import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { bulkhead, circuitBreaker, fallback, retry, retryBudget, timeout } from 'holdfast'

import { fail, name, trip, type Use, up, workOf } from './dropped-use.ts'

/** Each policy alone. */
export const alone: readonly Use[] = [
  {
    name: 'a breaker that is open, without a timer',
    use: async ({ clock, lend, hold }) => {
      const breaker = circuitBreaker({ name, clock, trip, handles: lend(() => true) })
      breaker.subscribe(lend(() => {}))
      await fail(breaker)
      hold(await fail(breaker))
      return breaker
    },
  },
  {
    name: 'a breaker that was waited for, to the end or not',
    use: async ({ clock, controller, lend }) => {
      const breaker = circuitBreaker({ name, clock, trip, random: lend(() => 0.5) })
      await fail(breaker)
      const givenUp = rejectionOf(breaker.whenAvailable({ signal: controller.signal }))
      const woken = breaker.whenAvailable({ timeoutMs: 60_000 })
      controller.abort('enough')
      await clock.advance(5_000)
      await Promise.all([givenUp, woken])
      return breaker
    },
  },
  {
    name: 'a breaker whose snapshot somebody holds, as another one does that was made of it',
    use: async ({ clock, hold }) => {
      const breaker = circuitBreaker({ name, clock, trip })
      await fail(breaker)
      hold(circuitBreaker({ clock, restore: hold(breaker.snapshot()) }))
      return breaker
    },
  },
  {
    name: 'a breaker whose probe hung',
    use: async living => {
      const { clock, hold } = living
      const breaker = circuitBreaker({ name, clock, trip, openMs: 0, halfOpen: { probeTimeoutMs: 100 } })
      await fail(breaker)
      void hold(breaker.run(workOf(living)))
      await clock.advance(100)
      return breaker
    },
  },
  {
    name: 'a timeout whose deaf work goes on',
    use: async living => {
      const policy = timeout({ name, clock: living.clock, timeoutMs: 100 })
      const rejection = rejectionOf(policy.run(workOf(living)))
      await living.clock.advance(100)
      living.hold(await rejection)
      return policy
    },
  },
  {
    name: 'a bulkhead with a slot that deaf work keeps for ever',
    use: async living => {
      const slots = bulkhead({ name, clock: living.clock, maxConcurrent: 1, reclaimMs: Infinity })
      const rejection = rejectionOf(slots.run(workOf(living), { timeoutMs: 100 }))
      await living.clock.advance(100)
      living.hold([await rejection, await rejectionOf(slots.run(up))])
      return slots
    },
  },
  {
    name: 'a retry that was aborted in its backoff',
    use: async ({ clock, controller, lend }) => {
      const policy = retry({ name, clock, backoff: lend(() => 60_000), random: lend(() => 0.5) })
      const operation = lend(() => Promise.reject(new Error('reset')))
      const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
      await clock.settle()
      controller.abort('enough')
      await rejection
      return policy
    },
  },
  {
    name: 'a retry whose budget another one shares',
    use: async ({ clock, hold, lend }) => {
      const budget = hold(retryBudget())
      hold(retry({ clock, budget }))
      const policy = retry({ name, clock, budget, backoff: lend(() => 10) })
      const down = hold(new Error('down'))
      const rejection = rejectionOf(policy.run(() => Promise.reject(down)))
      await clock.advance(20)
      await rejection
      return policy
    },
  },
  {
    name: 'a fallback whose answer and error somebody holds',
    use: async ({ clock, hold, lend }) => {
      const policy = fallback({ name, clock, to: lend(() => hold({ isStale: true })), handles: lend(() => true) })
      hold(await policy.run(() => Promise.reject(hold(new Error('down')))))
      return policy
    },
  },
]
