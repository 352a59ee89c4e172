import { aborts } from './aborts.ts'
import { asyncContexts } from './async-contexts.ts'
import { callbacks } from './callbacks.ts'
import { contract } from './contract.ts'
import { errors } from './errors.ts'
import { inTime } from './in-time.ts'
import { input } from './input.ts'
import { leftBehind } from './left-behind.ts'
import { permits } from './permits.ts'
import { queues } from './queues.ts'
import type { RuleSubject } from './subject.ts'
import { time } from './time.ts'
import { places, trialOf } from './trial.ts'

/** A rule for one policy in one place, to be made a test of. */
export interface PolicyRule {
  /** `alone › rule 1: an abort from outside …`, each once. */
  readonly title: string
  /** Rejects with an `Error` that says how the policy breaks the rule. */
  readonly check: () => Promise<void>
}

const rules = [contract, aborts, permits, callbacks, queues, leftBehind, time, errors, asyncContexts, input].flat()

/**
 * The rules that every policy obeys, for a policy alone, in a pipeline and inside `keyed`. For the authors of policies:
 * it works with any test runner. Rules about what a policy does not do, such as waiting, are left out.
 *
 * @example
 * describe('retry', () => {
 *   const backoff = constant({ delayMs: 100, jitter: 'none' })
 *   const rules = policyRules({ make: options => retry({ ...options, backoff }), waitMs: 100 })
 *   it.each(rules)('$title', ({ check }) => check())
 * })
 */
export function policyRules(subject: RuleSubject): readonly PolicyRule[] {
  return Object.entries(places).flatMap(([place, put]) =>
    rules
      .filter(({ concerns }) => concerns?.(subject) ?? true)
      .filter(({ isAboutMaking = false }) => !isAboutMaking || place === 'alone')
      .map(({ title, check }) => ({ title: `${place} › ${title}`, check: () => inTime(check(trialOf(subject, put))) })),
  )
}
