import { byHand } from './by-hand.ts'
import { ofCockatiel } from './cockatiel.ts'
import { holdfast } from './holdfast.ts'
import type { Capability, Job, Maker } from './job.ts'
import { opossum, small } from './others.ts'

/** What everybody has under the same name. */
type Common = keyof typeof byHand

/** The jobs of which a call is protected, the single ones first. */
export const jobs: readonly Job[] = [
  job('retry', 'retry', ['retries'], { 'p-retry': small.retry }),
  job('timeout', 'timeout', ['timesOut'], { 'p-timeout': small.timeout }),
  job('circuit breaker', 'breaker', ['breaks'], { opossum: opossum.breaker }),
  job('bulkhead', 'bulkhead', ['limits'], { 'p-limit': small.limit }),
  job('fallback', 'fallback', ['fallsBack']),
  job('retry and timeout', 'retryAndTimeout', ['retries', 'timesOut'], {
    'p-retry + p-timeout': small.retryAndTimeout,
  }),
  job('breaker and timeout', 'breakerAndTimeout', ['breaks', 'timesOut'], { opossum: opossum.breakerAndTimeout }),
  job('all but the timeout', 'four', ['retries', 'breaks', 'limits', 'fallsBack']),
  job('all five', 'five', ['retries', 'timesOut', 'breaks', 'limits', 'fallsBack']),
]

function job(
  name: string,
  kind: Common,
  does: readonly Capability[],
  others: Readonly<Record<string, Maker>> = {},
): Job {
  const makers = { 'by hand': byHand[kind], holdfast: holdfast[kind], cockatiel: ofCockatiel[kind], ...others }
  return { name, does, makers }
}
