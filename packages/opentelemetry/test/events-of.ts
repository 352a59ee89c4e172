import type { AnyPolicy } from '@holdfast/core'
import { type Step, scripted, type VirtualClock } from '@holdfast/testing'
import type { ToldSpan, Traced } from './traced.ts'

/** Span events that all calls have. */
export const started = (attempt: number): unknown => ['attempt.started', { 'holdfast.attempt': attempt }]
export const succeeded = (attempt: number): unknown => [
  'attempt.settled',
  { 'holdfast.attempt': attempt, 'holdfast.outcome': 'value' },
]

/** Who speaks, as span events tell it. */
export const speaker = (kind: string, name: string): object => ({
  'holdfast.policy.kind': kind,
  'holdfast.policy.name': name,
})

/** The events of the last span of a policy, after a call through it has ended. */
export async function eventsOf(
  spans: Traced,
  policy: AnyPolicy,
  clock: VirtualClock,
  steps: readonly Step<unknown>[],
): Promise<ToldSpan['events'] | undefined> {
  await Promise.allSettled([policy.run(scripted(steps, { clock })), clock.runAll()])
  return spans.ended(policy.name).at(-1)?.events
}
