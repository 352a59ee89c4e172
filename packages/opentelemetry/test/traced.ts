import { type InstrumentOptions, instrument } from '@holdfast/opentelemetry'
import { type Attributes, context, DiagLogLevel, diag, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { type ReadableSpan, type Sampler, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, onTestFinished } from 'vitest'

/** What a span tells, without times and ids. */
export interface ToldSpan {
  readonly attributes: Attributes
  readonly status: string
  readonly events: readonly (readonly [name: string, attributes: Attributes])[]
}

export interface Traced {
  readonly tracerProvider: TracerProvider
  /** For the spans of callers and of operations. */
  readonly tracer: Tracer
  /** All spans that have begun, each below its parent and two spaces further in. */
  readonly tree: () => readonly string[]
  /** The spans of this name that have ended, in that order. */
  readonly ended: (name: string) => readonly ToldSpan[]
  /** Ends the instrumentation. */
  readonly stop: () => void
}

export interface TracedOptions extends InstrumentOptions {
  readonly sampler?: Sampler
}

/** Keeps what begins and what ends. */
class Kept implements SpanProcessor {
  readonly begun: ReadableSpan[] = []
  readonly ended: ReadableSpan[] = []

  onStart(span: ReadableSpan): void {
    this.begun.push(span)
  }

  onEnd(span: ReadableSpan): void {
    this.ended.push(span)
  }

  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

/** Spans of everything from now until the end of the test, of which the SDK must not have complained by then. */
export function traced(options: TracedOptions = {}): Traced {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const complaints = complaintsOfTheSdk()
  onTestFinished(() => {
    context.disable()
    diag.disable()
    expect(complaints).toEqual([])
  })
  return tracedToo(options)
}

/** The same, by one instrumentation more. */
export function tracedToo({ sampler, ...options }: TracedOptions = {}): Traced {
  const kept = new Kept()
  const tracerProvider = new TracerProvider({ ...(sampler && { sampler }), spanProcessors: [kept] })
  const stop = instrument({ tracerProvider, meterProvider: false, loggerProvider: false, ...options })
  onTestFinished(stop)
  return {
    tracerProvider,
    tracer: tracerProvider.getTracer('test'),
    tree: () => treeOf(kept.begun),
    ended: name => kept.ended.filter(span => span.name === name).map(told),
    stop,
  }
}

/** Such as that an attribute was set on a span that had ended. */
function complaintsOfTheSdk(): readonly unknown[][] {
  const complaints: unknown[][] = []
  const complain = (...words: unknown[]): unknown => complaints.push(words)
  const logger = { error: complain, warn: complain, info: () => {}, debug: () => {}, verbose: () => {} }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  return complaints
}

function treeOf(spans: readonly ReadableSpan[], parentId?: string): string[] {
  return spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parentId)
    .flatMap(span => [span.name, ...treeOf(spans, span.spanContext().spanId).map(line => `  ${line}`)])
}

function told({ attributes, events, status, kind, instrumentationScope }: ReadableSpan): ToldSpan {
  expect(kind).toBe(SpanKind.INTERNAL)
  expect(instrumentationScope.name).toMatch(/^(test|@holdfast\/opentelemetry)$/)
  return {
    attributes: { ...attributes },
    status: SpanStatusCode[status.code],
    events: events.map(event => [event.name, { ...event.attributes }]),
  }
}
