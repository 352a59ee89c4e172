import { type ResilientFetch, resilientFetch } from '@holdfast/fetch'

/** What is not said here is as the preset has it. Two attempts fit the whole: it is checked when this is made. */
export function supplierClient(): ResilientFetch {
  return resilientFetch({
    name: 'supplier',
    total: { timeoutMs: 2_000 },
    retry: { maxAttempts: 2 },
    attempt: { timeoutMs: 800 },
    breaker: { openMs: ({ trips }) => Math.min(5_000, 500 * 2 ** (trips - 1)) },
    deadlineHeader: true,
  })
}
