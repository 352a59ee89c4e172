import type { IncomingMessage, ServerResponse } from 'node:http'
import { instrument } from '@holdfast/opentelemetry'
import { context, type Tracer, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import { spansToLog } from './spans-to-log.ts'

export interface Telemetry {
  readonly tracer: Tracer
  /** Answers a scrape of Prometheus. */
  readonly scrape: (request: IncomingMessage, response: ServerResponse) => void
  /** Hands over what has not been told yet. */
  readonly flush: () => Promise<void>
}

/** To be called before any policy is used: what happened before is not counted. */
export function startTelemetry(logger: Logger, traceRatio: number): Telemetry {
  const resource = resourceFromAttributes({ 'service.name': 'orders' })
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const meterProvider = new MeterProvider({ resource, readers: [exporter] })
  const tracerProvider = new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(traceRatio) }),
    // In the place of this goes `new BatchSpanProcessor({ exporter })`, with that of your tracing.
    spanProcessors: [spansToLog(logger)],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(tracerProvider)
  const stop = instrument({ meterProvider, tracerProvider, logger })

  return {
    tracer: tracerProvider.getTracer('orders'),
    scrape: (request, response) => exporter.getMetricsRequestHandler(request, response),
    flush: async () => {
      stop()
      await Promise.all([meterProvider.shutdown(), tracerProvider.shutdown()])
    },
  }
}
