import type { PolicyEvent } from '@holdfast/core'
import type { MeterProvider } from '@opentelemetry/api'
import { seconds } from './attributes.ts'
import { instrumentsOf } from './instruments.ts'
import { SCOPE } from './scope.ts'
import type { Sink } from './sink.ts'
import { gaugeStates } from './states.ts'
import { byType, errorTypeOf, settledErrorType } from './told-events.ts'

/** Counts and measures what happens, and lets the reader of metrics see the state of the policies. */
export function metricsSink(provider: MeterProvider, maxAttributeSets: number): Sink {
  const meter = provider.getMeter(SCOPE)
  const to = instrumentsOf(meter, maxAttributeSets)
  const attemptsOf = new Map<number | undefined, number>()
  const handlers = byType<void>({
    'call.started': ({ callId }) => attemptsOf.set(callId, 0),
    'attempt.started': ({ callId }) => {
      const attempts = attemptsOf.get(callId)
      // Of a run that began before somebody watched, nobody knows how many there were.
      if (attempts !== undefined) attemptsOf.set(callId, attempts + 1)
    },
    'attempt.settled': event =>
      to.attempts.write(seconds(event.durationMs), event, event.outcome, settledErrorType(event)),
    'call.settled': event => {
      const { callId, outcome } = event
      to.calls.write(seconds(event.durationMs), event, outcome, settledErrorType(event))
      const attempts = attemptsOf.get(callId)
      attemptsOf.delete(callId)
      if (attempts !== undefined) to.attemptsPerCall.write(attempts, event, outcome)
    },
    'retry.scheduled': event => to.retries.write(1, event, errorTypeOf(event)),
    'retry.succeeded': event => to.retryCompletions.write(1, event, 'recovered'),
    'retry.exhausted': event => to.retryCompletions.write(1, event, event.stopped, errorTypeOf(event)),
    'retry.budgetExhausted': event => to.retryCompletions.write(1, event, 'budget', errorTypeOf(event)),
    'circuit.opened': event =>
      to.transitions.write(1, event, event.cause === 'isolated' ? 'isolated' : 'open', event.cause),
    'circuit.halfOpened': event => to.transitions.write(1, event, 'half_open', 'elapsed'),
    'circuit.closed': event => to.transitions.write(1, event, 'closed', event.cause),
    'circuit.rejected': event => to.rejections.write(1, event, event.mode === 'enforce' ? 'open' : 'would_reject'),
    'bulkhead.acquired': event => to.waits.write(seconds(event.waitMs), event),
    'bulkhead.rejected': event => to.rejections.write(1, event, event.reason),
    'bulkhead.reclaimed': event => to.reclaims.write(1, event),
    'timeout.expired': event => to.timeouts.write(1, event),
    'timeout.settledLate': event => to.lateSettlements.write(seconds(event.lateMs), event, event.outcome),
    'fallback.used': event => to.fallbacks.write(1, event, 'used', errorTypeOf(event)),
    'fallback.failed': event => to.fallbacks.write(1, event, 'failed', errorTypeOf(event)),
    'keyed.evicted': event => to.evictions.write(1, event),
    'keyed.overflowed': event => to.overflows.write(1, event),
  })
  return {
    event: (event: PolicyEvent) => handlers.get(event.type)?.(event),
    stop: gaugeStates(meter, maxAttributeSets),
  }
}
