import { type InstrumentOptions, instrument } from '@holdfast/opentelemetry'
import type { Attributes } from '@opentelemetry/api'
import { DataPointType, type Histogram, MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics'
import { onTestFinished } from 'vitest'

/** In seconds, of all histograms of durations. */
const DURATION_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const ATTEMPT_BUCKETS = [0, 1, 2, 3, 4, 5, 7, 10, 15, 20]

/** What an instrument tells under one set of attributes; without the name and kind of the policy. */
type Point = readonly [attributes: Attributes, value: unknown]

export interface Measured {
  readonly meterProvider: MeterProvider
  /** All data points of the policies of this name, by instrument. Those without attributes are of no policy. */
  readonly of: (policy: string) => Promise<Readonly<Record<string, readonly Point[]>>>
  /** The data points of one instrument, all policies. */
  readonly all: (name: string) => Promise<readonly Point[]>
  /** As the reader of the SDK gets them. */
  readonly read: () => Promise<readonly MetricData[]>
  /** Ends the instrumentation. */
  readonly stop: () => void
}

/** Reads when it is asked to. */
export class PulledReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** Metrics of everything from now until the end of the test. */
export function measured(options: InstrumentOptions = {}): Measured {
  const reader = new PulledReader()
  const meterProvider = new MeterProvider({ readers: [reader] })
  const stop = instrument({ meterProvider, tracerProvider: false, loggerProvider: false, ...options })
  onTestFinished(stop)

  const read = async (): Promise<readonly MetricData[]> => {
    const { resourceMetrics, errors } = await reader.collect()
    if (errors.length > 0) throw new AggregateError(errors, 'the metrics cannot be collected')
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
  }
  const all = async (name: string): Promise<readonly Point[]> => {
    const metric = (await read()).find(({ descriptor }) => descriptor.name === name)
    return metric === undefined ? [] : pointsOf(metric)
  }
  const of = async (policy: string) => {
    const told = (await read()).map(metric => {
      const own = pointsOf(metric).filter(([attributes]) => attributes['holdfast.policy.name'] === policy)
      return [metric.descriptor.name, own.map(withoutPolicy)] as const
    })
    return Object.fromEntries(told.filter(([, points]) => points.length > 0))
  }
  return { meterProvider, of, all, read, stop }
}

/** What a histogram tells of these durations, in seconds. */
export const seconds = (...values: readonly number[]): unknown => distribution(values, DURATION_BUCKETS)

/** What a histogram tells of these counts of attempts. */
export const attempts = (...values: readonly number[]): unknown => distribution(values, ATTEMPT_BUCKETS)

function distribution(values: readonly number[], boundaries: readonly number[]): unknown {
  const counts = [...boundaries, Infinity].map(
    (upTo, index) => values.filter(value => value <= upTo && value > (boundaries[index - 1] ?? -Infinity)).length,
  )
  return {
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    min: Math.min(...values),
    max: Math.max(...values),
    buckets: { boundaries, counts },
  }
}

function pointsOf({ dataPointType, dataPoints }: MetricData): Point[] {
  return dataPoints.map(({ attributes, value }) => [
    attributes,
    dataPointType === DataPointType.HISTOGRAM ? { ...(value as Histogram) } : value,
  ])
}

function withoutPolicy([attributes, value]: Point): Point {
  const { 'holdfast.policy.name': _name, 'holdfast.policy.kind': _kind, ...others } = attributes
  return [others, value]
}
