import {
  bulkhead,
  type Call,
  circuitBreaker,
  consecutiveFailures,
  fallback,
  keyed,
  pipeline,
  protect,
  retry,
  timeout,
} from 'holdfast'
import { contextOf, keyOf } from './call-key.ts'

import { fail, name, trip, type Use, up, workOf } from './dropped-use.ts'

/** Policies of policies, and policies within others. */
export const composed: readonly Use[] = [
  {
    name: 'a policy per key, with those that were open, evicted and shared',
    use: async ({ clock, lend }) => {
      const ends: (() => void)[] = []
      const work = (): Promise<void> =>
        new Promise(resolve => {
          ends.push(resolve)
        })
      const make = (key: string) => lend(circuitBreaker({ name: `${name} ${key}`, clock, trip }))
      const policy = keyed({ name, clock, by: call => keyOf(call), make: lend(make), maxKeys: 2 })
      policy.subscribe(lend(() => {}))
      for (const key of ['a', 'b', 'c']) await fail(policy, key)
      const answers = ['d', 'e', 'f'].map(key => policy.run(work, { context: contextOf(key) }))
      for (const end of ends) end()
      await Promise.all(answers)
      return policy
    },
  },
  {
    name: 'a pipeline of all five, after a call that went through all of them',
    use: async ({ clock, hold, lend }) => {
      const policy = pipeline(
        lend(fallback({ name, clock, to: () => 'stale' })),
        lend(bulkhead({ name, clock, maxConcurrent: 1, maxQueued: 1 })),
        lend(retry({ name, clock, maxAttempts: 2 })),
        lend(circuitBreaker({ name, clock, trip: consecutiveFailures(2) })),
        lend(timeout({ name, clock, timeoutMs: 100 })),
        { name },
      )
      policy.subscribe(lend(event => void hold(event)))
      const answers = [policy.run(() => new Promise(() => {})), policy.run(() => new Promise(() => {}))]
      await clock.advance(200_000)
      hold(await Promise.all(answers))
      return policy
    },
  },
  {
    name: 'a pipeline whose members others use, and which somebody could unsubscribe from',
    use: async ({ clock, hold }) => {
      const member = hold(circuitBreaker({ clock }))
      const policy = pipeline(member, hold(timeout({ clock, timeoutMs: 100 })), { name })
      hold(policy.subscribe(() => {}))
      await policy.run(up)
      return policy
    },
  },
  {
    name: 'a policy that was used within a call that goes on',
    use: async living => {
      const { clock, hold, lend, controller } = living
      const calls: Call[] = []
      const outside = hold(retry({ clock }))
      const work = workOf(living)
      const operation = (call: Call): Promise<never> => {
        calls.push(hold(call))
        return work()
      }
      void hold(outside.run(operation, { signal: controller.signal }))
      const policy = timeout({ name, clock, timeoutMs: 100 })
      for (const call of calls) await policy.run(lend(up.bind(undefined)), call)
      return policy
    },
  },
  {
    name: 'a policy that a function was protected by',
    use: async ({ clock, lend }) => {
      const policy = timeout({ name, clock, timeoutMs: 100, enabled: lend(() => true) })
      const work = lend(() => 'up')
      await lend(protect(policy, work))()
      return policy
    },
  },
]
