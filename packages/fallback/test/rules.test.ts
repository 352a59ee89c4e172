import { fallback } from '@holdfast/fallback'
import { policyRules } from '@holdfast/testing'
import { describe, it } from 'vitest'

/** It answers with the same error, so that the rules can tell an answer from an error that passed. */
const to = ({ error }: { readonly error: unknown }): never => {
  throw error
}

describe('fallback', () => {
  const rules = policyRules({
    make: options => fallback({ ...options, to }),
    predicates: {
      handles: (options, handles) => fallback({ ...options, to, handles }),
      handlesResult: (options, handlesResult) => fallback({ ...options, to: () => 'instead', handlesResult }),
    },
    callbacks: { to: (options, callback) => fallback({ ...options, to: callback }) },
  })

  it.each(rules)('$title', ({ check }) => check())
})
