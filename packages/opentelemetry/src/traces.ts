import type { Bracket, PolicyEvent } from '@holdfast/core'
import {
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { ERROR_TYPE, OUTCOME, POLICY_KIND, POLICY_NAME } from './attributes.ts'
import { eventFacts } from './event-facts.ts'
import { SCOPE } from './scope.ts'
import type { Sink } from './sink.ts'
import { settledErrorType, type ToldEvents } from './told-events.ts'

export interface TraceOptions {
  readonly attemptSpans: boolean
  readonly exceptions: boolean
}

/** A run that has not been answered. */
interface TracedCall {
  readonly span: Span
  attempts: number
}

type Settled = ToldEvents['call.settled'] | ToldEvents['attempt.settled']

/** A span for each run, and for each of its attempts when asked: what the operation traces are their children. */
export function tracesSink(provider: TracerProvider, { attemptSpans, exceptions }: TraceOptions): Sink {
  const tracer = provider.getTracer(SCOPE)
  // A breaker changes its state within a call, and does not know which: the context does.
  const current = Symbol('the call that runs')
  const calls = new Map<number, TracedCall>()
  // Attempts may outlive their call.
  const attempts = new Map<number | undefined, Span>()

  const end = (span: Span, event: Settled): void => {
    span.setAttribute(OUTCOME, event.outcome)
    const errorType = settledErrorType(event)
    if (errorType !== undefined) {
      span.setAttribute(ERROR_TYPE, errorType)
      span.setStatus({ code: SpanStatusCode.ERROR })
      if (exceptions && event.error instanceof Error) span.recordException(event.error)
    }
    span.end()
  }

  const startAttempt = ({ policy, attempt, attemptId }: Bracket, parent: Context): Context => {
    const attributes = { [POLICY_NAME]: policy.name, [POLICY_KIND]: policy.kind, 'holdfast.attempt': attempt }
    const span = tracer.startSpan(`${policy.name} attempt`, { kind: SpanKind.INTERNAL, attributes }, parent)
    attempts.set(attemptId, span)
    return trace.setSpan(parent, span)
  }

  const startCall = ({ policy, callId }: Bracket, parent: Context): Context => {
    const attributes = { [POLICY_NAME]: policy.name, [POLICY_KIND]: policy.kind }
    const span = tracer.startSpan(policy.name, { kind: SpanKind.INTERNAL, attributes }, parent)
    const call = { span, attempts: 0 }
    calls.set(callId, call)
    return trace.setSpan(parent, span).setValue(current, call)
  }

  const settleAttempt = (event: ToldEvents['attempt.settled']): void => {
    const span = attempts.get(event.attemptId)
    attempts.delete(event.attemptId)
    if (span !== undefined) end(span, event)
  }

  const settleCall = (event: ToldEvents['call.settled']): void => {
    const call = calls.get(event.callId as number)
    if (call === undefined) return
    calls.delete(event.callId as number)
    call.span.setAttribute('holdfast.attempts', call.attempts)
    end(call.span, event)
  }

  /** Of an event that no call caused, the one in whose course it happened. */
  const callOf = ({ callId }: PolicyEvent): TracedCall | undefined =>
    callId === undefined ? (context.active().getValue(current) as TracedCall | undefined) : calls.get(callId)

  const addEvent = (event: PolicyEvent): void => {
    const facts = eventFacts.get(event.type)
    const call = callOf(event)
    if (call === undefined || facts === undefined) return
    if (event.type === 'attempt.started') call.attempts++
    if (attemptSpans && event.type.startsWith('attempt.')) return
    // It does not when it is not sampled, or has ended with its call.
    if (!call.span.isRecording()) return
    // The span itself says whose attempts they are.
    const speaker = event.type.startsWith('attempt.')
      ? {}
      : { [POLICY_NAME]: event.policy.name, [POLICY_KIND]: event.policy.kind }
    call.span.addEvent(event.type, { ...speaker, ...facts(event) })
  }

  return {
    event: event => {
      if (event.type === 'call.settled') return settleCall(event as ToldEvents['call.settled'])
      addEvent(event)
      if (event.type === 'attempt.settled') settleAttempt(event as ToldEvents['attempt.settled'])
    },
    // Nothing is added to the promise of the work: a second reaction would hide the caller from stack traces.
    around: (bracket, next) => {
      if (bracket.scope === 'attempt' && !attemptSpans) return next()
      const parent = context.active()
      return context.with(bracket.scope === 'call' ? startCall(bracket, parent) : startAttempt(bracket, parent), next)
    },
  }
}
