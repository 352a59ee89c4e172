import type { Attributes } from '@opentelemetry/api'
import { ERROR_TYPE, OUTCOME, seconds } from './attributes.ts'
import { byType, errorTypeOf, type HandlerByType, settledErrorType } from './told-events.ts'

const limited = (name: string, ms: number): Attributes => (Number.isFinite(ms) ? { [name]: seconds(ms) } : {})
const typed = (errorType: string | undefined): Attributes =>
  errorType === undefined ? {} : { [ERROR_TYPE]: errorType }
const failed = (event: Parameters<typeof errorTypeOf>[0]): Attributes => typed(errorTypeOf(event))
const reasoned = ({ reason }: { readonly reason: string | undefined }): Attributes =>
  reason === undefined ? {} : { 'holdfast.circuit.reason': reason }
const occupied = ({ active, queued }: { readonly active: number; readonly queued: number }): Attributes => ({
  'holdfast.bulkhead.active': active,
  'holdfast.bulkhead.queued': queued,
})

/** What span events and log records tell of each event, besides who speaks. */
export const eventFacts: HandlerByType<Attributes> = /* @__PURE__ */ byType<Attributes>({
  'attempt.started': ({ attempt }) => ({ 'holdfast.attempt': attempt }),
  'attempt.settled': event => ({
    'holdfast.attempt': event.attempt,
    [OUTCOME]: event.outcome,
    ...typed(settledErrorType(event)),
  }),
  'retry.scheduled': event => ({
    'holdfast.attempt': event.attempt,
    'holdfast.retry.delay': seconds(event.delayMs),
    ...failed(event),
  }),
  'retry.succeeded': ({ attempts }) => ({ 'holdfast.attempts': attempts }),
  'retry.exhausted': event => ({
    'holdfast.attempts': event.attempts,
    'holdfast.retry.result': event.stopped,
    ...failed(event),
  }),
  'retry.budgetExhausted': event => ({
    'holdfast.attempts': event.attempts,
    'holdfast.retry.result': 'budget',
    ...failed(event),
  }),
  'timeout.expired': ({ timeoutMs }) => limited('holdfast.timeout.limit', timeoutMs),
  'timeout.settledLate': event => ({
    'holdfast.timeout.late': seconds(event.lateMs),
    [OUTCOME]: event.outcome,
    ...failed(event),
  }),
  'circuit.opened': event => ({
    'holdfast.circuit.cause': event.cause,
    ...limited('holdfast.circuit.open_time', event.openMs),
    ...reasoned(event),
  }),
  'circuit.halfOpened': () => ({}),
  'circuit.closed': event => ({ 'holdfast.circuit.cause': event.cause, ...reasoned(event) }),
  'circuit.rejected': ({ mode, retryAfterMs }) => ({
    'holdfast.rejection.reason': mode === 'enforce' ? 'open' : 'would_reject',
    ...limited('holdfast.retry_after', retryAfterMs),
  }),
  'circuit.restoreFailed': ({ problem }) => ({ 'holdfast.circuit.problem': problem }),
  'bulkhead.queued': occupied,
  'bulkhead.acquired': event => ({ 'holdfast.bulkhead.wait': seconds(event.waitMs), ...occupied(event) }),
  'bulkhead.rejected': event => ({ 'holdfast.rejection.reason': event.reason, ...occupied(event) }),
  'bulkhead.reclaimed': occupied,
  'fallback.used': failed,
  'fallback.failed': failed,
  'keyed.overflowed': () => ({}),
  'pipeline.warning': ({ warning }) => ({ 'holdfast.pipeline.warning': warning }),
})
