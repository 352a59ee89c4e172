import type {
  AttemptSettled,
  AttemptStarted,
  CallSettled,
  CallStarted,
  ErrorFacts,
  FailureFacts,
  HoldfastErrorCode,
  PipelineWarning,
  PolicyEvent,
} from '@holdfast/core'

/** The events of the pattern packages, as far as telemetry reads them: it depends on none of these packages. */
interface EventFacts {
  'retry.scheduled': FailureFacts & { readonly delayMs: number }
  'retry.succeeded': { readonly attempts: number }
  'retry.exhausted': FailureFacts & { readonly attempts: number; readonly stopped: 'attempts' | 'deadline' }
  'retry.budgetExhausted': FailureFacts & { readonly attempts: number }
  'timeout.expired': { readonly timeoutMs: number }
  'timeout.settledLate': Partial<ErrorFacts> & { readonly outcome: 'value' | 'error'; readonly lateMs: number }
  'circuit.opened': {
    readonly cause: 'tripped' | 'probe' | 'isolated' | 'restored'
    readonly openMs: number
    readonly reason: string | undefined
  }
  'circuit.halfOpened': object
  'circuit.closed': { readonly cause: 'probe' | 'manual'; readonly reason: string | undefined }
  'circuit.rejected': { readonly mode: 'enforce' | 'observe'; readonly retryAfterMs: number }
  'circuit.restoreFailed': { readonly problem: string }
  'bulkhead.queued': Occupancy
  'bulkhead.acquired': Occupancy & { readonly waitMs: number }
  'bulkhead.rejected': Occupancy & { readonly reason: 'full' | 'waited' | 'deadline' }
  'bulkhead.reclaimed': Occupancy
  'fallback.used': FailureFacts
  'fallback.failed': FailureFacts & { readonly fallbackError: unknown }
  'keyed.evicted': { readonly wasOpen: boolean }
  'keyed.overflowed': object
}

interface Occupancy {
  readonly active: number
  readonly queued: number
}

type PatternEvents = { [Type in keyof EventFacts]: PolicyEvent & EventFacts[Type] & { readonly type: Type } }

interface CoreEvents {
  'call.started': CallStarted
  'call.settled': CallSettled
  'attempt.started': AttemptStarted
  'attempt.settled': AttemptSettled
  'pipeline.warning': PipelineWarning
}

/** All events that telemetry knows, by their type. */
export type ToldEvents = PatternEvents & CoreEvents

/** Handlers of events. Others, of policies of users, are passed over. */
export type Handlers<Result> = { readonly [Type in keyof ToldEvents]?: (event: ToldEvents[Type]) => Result }

/** What is to be done with an event, by its type. */
export type HandlerByType<Result> = ReadonlyMap<string, (event: PolicyEvent) => Result>

export function byType<Result>(handlers: Handlers<Result>): HandlerByType<Result> {
  return new Map(Object.entries(handlers)) as unknown as HandlerByType<Result>
}

/**
 * `error.type` by OpenTelemetry's conventions: the code of an error, else its name, else their word for all others.
 * Undefined of what tells of no error.
 */
export function errorTypeOf({ errorCode, errorName }: Partial<ErrorFacts>): string | undefined {
  return errorName === undefined ? undefined : errorCode || errorName || '_OTHER'
}

/**
 * That of a call or an attempt. Where it was cancelled, the error says who did so, and nothing about the operation; but
 * where a limit did it, there was no answer in time, and that is a failure.
 */
export function settledErrorType(
  event: ToldEvents['call.settled'] | ToldEvents['attempt.settled'],
): string | undefined {
  const errorType = event.outcome === 'value' ? undefined : errorTypeOf(event)
  return event.outcome === 'error' || errorType === TIMEOUT ? errorType : undefined
}

const TIMEOUT: HoldfastErrorCode = 'ERR_HOLDFAST_TIMEOUT'
