import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'

const done = (): Promise<void> => Promise.resolve()

/** Each span as a line of the log: for a service that has no tracing to send them to yet. */
export function spansToLog(logger: Logger): SpanProcessor {
  return {
    onStart: () => {},
    onEnd: span => {
      const { traceId, spanId } = span.spanContext()
      const [seconds, nanoseconds] = span.duration
      const facts = { traceId, spanId, parentId: span.parentSpanContext?.spanId, ms: seconds * 1e3 + nanoseconds / 1e6 }
      const events = span.events.map(({ name }) => name)
      logger.info({ ...facts, attributes: span.attributes, events }, `span ${span.name}`)
    },
    forceFlush: done,
    shutdown: done,
  }
}
