import { bulkhead } from '@holdfast/bulkhead'
import { policyRules } from '@holdfast/testing'
import { describe, it } from 'vitest'

describe('bulkhead', () => {
  const rules = policyRules({
    make: options => bulkhead({ ...options, maxConcurrent: 1 }),
    makeQueueing: options => bulkhead({ ...options, maxConcurrent: 1, maxQueued: 10 }),
    maxConcurrent: 1,
    rejection: {
      code: 'ERR_HOLDFAST_BULKHEAD_FULL',
      provoke: policy => {
        void policy.run(() => new Promise(() => {}))
        return policy.run(() => 'up')
      },
    },
  })

  it.each(rules)('$title', ({ check }) => check())
})
