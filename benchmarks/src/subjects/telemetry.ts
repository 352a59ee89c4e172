import { instrument } from '@holdfast/opentelemetry'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import {
  NoopSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { observe } from 'holdfast'

/** How calls are watched. */
export interface Watch {
  readonly hasMetrics?: boolean
  /** The share of traces that are sampled; none where there are no traces. */
  readonly sampledRatio?: number
  readonly attemptSpans?: boolean
  /** An observer of the process, which does nothing. */
  readonly isObserved?: boolean
}

/** What was told by telemetry since it began. */
export interface Told {
  readonly calls: number
  readonly spans: number
}

/** What a process that is watched has, as its SDK sets it up, but for what goes over the network. */
export interface Telemetry {
  readonly meterProvider: MeterProvider
  readonly tracerProvider: TracerProvider
  /** Reads all metrics, as an exporter does once in a while. */
  readonly collect: () => Promise<Told>
  readonly end: () => void
}

export type Begin = (watch: Watch) => Telemetry

/** Sets the SDK up, and watches all policies of the process with it. */
export const beginTelemetry: Begin = watch => {
  const { hasMetrics = false, sampledRatio, attemptSpans = false, isObserved = false } = watch
  const sdk = beginSdk(sampledRatio)
  const { meterProvider, tracerProvider } = sdk
  const isWatched = hasMetrics || sampledRatio !== undefined
  const stops = [
    isObserved && observe({ event: () => {} }),
    isWatched &&
      instrument({
        meterProvider: hasMetrics && meterProvider,
        tracerProvider: sampledRatio !== undefined && tracerProvider,
        loggerProvider: false,
        attemptSpans,
      }),
  ].filter(stop => stop !== false)
  return {
    ...sdk,
    end: () => {
      for (const stop of stops) stop()
      sdk.end()
    },
  }
}

/** An SDK alone, for those who instrument by hand. */
export function beginSdk(sampledRatio = 1): Telemetry {
  const reader = new PulledReader()
  const spans = new CountedSpans()
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return {
    meterProvider: new MeterProvider({ readers: [reader] }),
    tracerProvider: new TracerProvider({
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampledRatio) }),
      spanProcessors: [spans],
    }),
    collect: async () => ({ calls: await callsIn(reader), spans: spans.ended }),
    end: () => context.disable(),
  }
}

class PulledReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** Drops spans, as the queue of an exporter does that is full. */
class CountedSpans extends NoopSpanProcessor {
  ended = 0

  override onEnd(): void {
    this.ended++
  }
}

async function callsIn(reader: MetricReader): Promise<number> {
  const { resourceMetrics } = await reader.collect()
  const metrics = resourceMetrics.scopeMetrics.flatMap(scope => scope.metrics)
  const durations = metrics.find(({ descriptor }) => descriptor.name.endsWith('call.duration'))
  if (durations?.dataPointType !== DataPointType.HISTOGRAM) return 0
  return durations.dataPoints.reduce((sum, { value }) => sum + value.count, 0)
}
