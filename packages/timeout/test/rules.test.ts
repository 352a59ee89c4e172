import { policyRules } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, it } from 'vitest'

describe('timeout', () => {
  const rules = policyRules({
    make: options => timeout({ ...options, timeoutMs: 10_000 }),
    callbacks: { timeoutMs: (options, timeoutMs) => timeout({ ...options, timeoutMs }) },
    rejection: {
      code: 'ERR_HOLDFAST_TIMEOUT',
      provoke: async (policy, clock) => {
        const run = policy.run(() => new Promise(() => {}))
        await Promise.allSettled([run, clock.advance(10_000)])
        return run
      },
    },
  })

  it.each(rules)('$title', ({ check }) => check())
})
