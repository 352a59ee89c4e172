import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { policyRules } from '@holdfast/testing'
import { describe, it } from 'vitest'

const trip = consecutiveFailures(2)

describe('circuitBreaker', () => {
  const rules = policyRules({
    make: options => circuitBreaker({ ...options, trip }),
    predicates: {
      handles: (options, handles) => circuitBreaker({ ...options, trip, handles }),
      handlesResult: (options, handlesResult) => circuitBreaker({ ...options, trip, handlesResult }),
      ignores: (options, ignores) => circuitBreaker({ ...options, trip, ignores }),
    },
    rejection: {
      code: 'ERR_HOLDFAST_CIRCUIT_OPEN',
      provoke: async policy => {
        for (let failure = 0; failure < 2; failure++)
          await policy.run(() => Promise.reject(new Error('down'))).catch(() => {})
        return policy.run(() => 'up')
      },
      recoversWithinMs: 5_000,
    },
  })

  it.each(rules)('$title', ({ check }) => check())
})
