import type { PolicyEvent } from '@holdfast/core'
import { policyAttributes } from './attributes.ts'
import { eventFacts } from './event-facts.ts'
import type { LogLine, Severity } from './log-sinks.ts'
import { byType, type HandlerByType } from './told-events.ts'

type Told = readonly [Severity, string]

const counted = (attempts: number): string => (attempts === 1 ? '1 attempt' : `${attempts} attempts`)

const byReason = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`)

/** What is worth a line: state that changes, and what is exhausted. Nothing that each call of a healthy service does. */
const messages: HandlerByType<Told> = /* @__PURE__ */ byType<Told>({
  'circuit.opened': ({ cause, openMs, reason }) =>
    cause === 'isolated'
      ? ['warn', `circuit is isolated by hand${byReason(reason)}`]
      : ['warn', `circuit is open (${cause}), next probe in ${Math.round(openMs)} ms`],
  'circuit.halfOpened': () => ['info', 'circuit is half-open, a probe is on its way'],
  'circuit.closed': ({ cause, reason }) =>
    cause === 'manual' ? ['warn', `circuit is closed by hand${byReason(reason)}`] : ['info', 'circuit is closed again'],
  'circuit.restoreFailed': ({ problem }) => [
    'warn',
    `the circuit starts closed, its snapshot is of no use: ${problem}`,
  ],
  'retry.exhausted': ({ attempts, stopped }) => ['warn', `gave up after ${counted(attempts)} (${stopped})`],
  'retry.budgetExhausted': ({ attempts }) => ['warn', `gave up after ${counted(attempts)}: the retry budget is empty`],
  'bulkhead.rejected': ({ reason, active, queued }) => [
    'warn',
    `rejects calls (${reason}): ${active} run, ${queued} wait`,
  ],
  'bulkhead.reclaimed': () => ['warn', 'took a slot back from work that hangs'],
  'fallback.failed': () => ['error', 'the fallback itself failed'],
  'keyed.overflowed': () => ['warn', 'all keys are busy, new ones share a policy'],
  'pipeline.warning': ({ message }) => ['warn', message],
})

/** The line for an event; undefined for what is not worth one. */
export function logLineOf(event: PolicyEvent): LogLine | undefined {
  const told = messages.get(event.type)?.(event)
  if (told === undefined) return undefined
  const [severity, text] = told
  const facts = eventFacts.get(event.type)?.(event)
  const message = `${event.policy.name}: ${text}`
  return { type: event.type, severity, message, attributes: { ...policyAttributes(event), ...facts } }
}
