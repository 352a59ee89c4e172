import { type Clock, observe } from '@holdfast/core'
import { clockRule, integer, limit, type Rule, readOptions, rule } from '@holdfast/core/kernel'
import * as api from '@opentelemetry/api'
import { type LoggerProvider, logsApiWriter, type PlainLogger, plainWriter, type WriteLog } from './log-sinks.ts'
import { logsSink } from './logs.ts'
import { metricsSink } from './metrics.ts'
import type { Sink } from './sink.ts'
import { tracesSink } from './traces.ts'

/** Options of `instrument`. */
export interface InstrumentOptions {
  /** Where metrics go; `false` for none. Default: the global one, as it is at this moment. */
  readonly meterProvider?: api.MeterProvider | false | undefined
  /** Where spans go; `false` for none. Default: the global one. */
  readonly tracerProvider?: api.TracerProvider | false | undefined
  /** Where log records go; `false` for none. Default: the global one, where the API has one (1.10). */
  readonly loggerProvider?: LoggerProvider | false | undefined
  /** A logger in place of a `loggerProvider`: pino, or anything else that takes an object and a message. */
  readonly logger?: PlainLogger | undefined
  /** Whether each attempt has a span of its own, a child of that of its run. Default false: span events tell of attempts. */
  readonly attemptSpans?: boolean | undefined
  /** Whether spans record exceptions, with messages and stacks: these may hold what users have sent. Default false. */
  readonly exceptions?: boolean | undefined
  /**
   * Sets of attributes that each instrument has, an integer of at least 1. What comes later shares one,
   * `otel.metric.overflow`. Default 1 000; SDKs have a limit of their own, mostly 2 000.
   */
  readonly maxAttributeSets?: number | undefined
  /** For how long a repeated message is only counted, in milliseconds above 0. Default 60 000. */
  readonly logIntervalMs?: number | undefined
  /** Where the time of that interval comes from. Default: the clock of the platform. */
  readonly clock?: Clock | undefined
}

/**
 * Tells OpenTelemetry of every policy of the process, those that are made later too, until the returned function is
 * called. Call it once, after the SDK has been registered: the global providers are looked up now.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const stop = instrument({ logger: pino() })
 */
export function instrument(options?: InstrumentOptions): () => void {
  const sinks = sinksOf(readOptions('instrument', options, rules))
  const stops = sinks.map(({ event, around }) => observe({ event, around }))
  return () => {
    for (const stop of stops.splice(0)) stop()
    for (const { stop } of sinks.splice(0)) stop?.()
  }
}

const has = (...methods: readonly string[]): ((value: unknown) => boolean) => {
  return value =>
    typeof value === 'object' &&
    value !== null &&
    methods.every(method => typeof (value as Record<string, unknown>)[method] === 'function')
}

const provider = <P>(expected: string, method: string): Rule<P | false | undefined> =>
  rule<P | false | undefined>(`${expected}, or false`, value => value === false || has(method)(value), undefined)

const flag = (): Rule<boolean> => rule('true or false', value => typeof value === 'boolean', false)

const rules = {
  meterProvider: provider<api.MeterProvider>('a MeterProvider', 'getMeter'),
  tracerProvider: provider<api.TracerProvider>('a TracerProvider', 'getTracer'),
  loggerProvider: provider<LoggerProvider>('a LoggerProvider', 'getLogger'),
  logger: rule<PlainLogger | undefined>('a logger with info, warn and error', has('info', 'warn', 'error'), undefined),
  attemptSpans: flag(),
  exceptions: flag(),
  maxAttributeSets: integer(1, 1_000),
  logIntervalMs: limit(60_000),
  clock: clockRule(),
}

type Settings = { readonly [Option in keyof typeof rules]: (typeof rules)[Option] extends Rule<infer T> ? T : never }

function sinksOf(settings: Settings): Sink[] {
  const { meterProvider = api.metrics.getMeterProvider(), tracerProvider = api.trace.getTracerProvider() } = settings
  const { maxAttributeSets } = settings
  const write = writerOf(settings)
  return [
    ...(meterProvider === false ? [] : [metricsSink(meterProvider, maxAttributeSets)]),
    ...(tracerProvider === false ? [] : [tracesSink(tracerProvider, settings)]),
    ...(write === undefined ? [] : [logsSink({ ...settings, write, maxKinds: maxAttributeSets })]),
  ]
}

function writerOf({ loggerProvider = globalLoggers(), logger }: Settings): WriteLog | undefined {
  if (logger !== undefined) return plainWriter(logger)
  return loggerProvider === false || loggerProvider === undefined ? undefined : logsApiWriter(loggerProvider)
}

/** Version 1.9 of the API has no logs: so it is asked, and not imported by name. */
function globalLoggers(): LoggerProvider | undefined {
  return (api as { readonly logs?: { getLoggerProvider(): LoggerProvider } }).logs?.getLoggerProvider()
}
