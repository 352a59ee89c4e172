import { constant, retry } from '@holdfast/retry'
import { policyRules } from '@holdfast/testing'
import { describe, it } from 'vitest'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('retry', () => {
  const rules = policyRules({
    make: options => retry({ ...options, maxAttempts: 2, backoff }),
    waitMs: 100,
    predicates: {
      handles: (options, handles) => retry({ ...options, maxAttempts: 2, backoff, handles }),
      handlesResult: (options, handlesResult) => retry({ ...options, maxAttempts: 2, backoff, handlesResult }),
    },
    callbacks: {
      delayFor: (options, delayFor) => retry({ ...options, delayFor }),
      beforeRetry: (options, beforeRetry) => retry({ ...options, beforeRetry }),
      backoff: (options, callback) => retry({ ...options, backoff: callback }),
    },
  })

  it.each(rules)('$title', ({ check }) => check())
})
