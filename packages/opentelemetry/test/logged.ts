import { type InstrumentOptions, instrument } from '@holdfast/opentelemetry'
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs'
import { expect, onTestFinished } from 'vitest'

/** What a log record tells, without its time. */
export interface ToldRecord {
  readonly name: string | undefined
  readonly severity: string | undefined
  readonly body: unknown
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface Logged {
  readonly records: readonly ToldRecord[]
  /** Ends the instrumentation. */
  readonly stop: () => void
}

/** Log records of everything from now until the end of the test. */
export function logged(options: InstrumentOptions = {}): Logged {
  const records: ToldRecord[] = []
  const loggerProvider = loggerProviderInto(records)
  const stop = instrument({ loggerProvider, meterProvider: false, tracerProvider: false, ...options })
  onTestFinished(stop)
  return { records, stop }
}

/** A provider of the SDK that puts what it gets into `records`. */
export function loggerProviderInto(records: ToldRecord[]): LoggerProvider {
  const processor = {
    onEmit: (record: ReadableLogRecord): void => void records.push(told(record)),
    forceFlush: async (): Promise<void> => {},
    shutdown: async (): Promise<void> => {},
  }
  return new LoggerProvider({ processors: [processor] })
}

const SEVERITIES: Readonly<Record<number, string>> = { 9: 'INFO', 13: 'WARN', 17: 'ERROR' }

function told(record: ReadableLogRecord): ToldRecord {
  const { eventName, severityNumber, severityText, body, attributes, instrumentationScope } = record
  expect(instrumentationScope.name).toBe('@holdfast/opentelemetry')
  expect(SEVERITIES[severityNumber ?? 0]).toBe(severityText)
  return { name: eventName, severity: severityText, body, attributes: { ...attributes } }
}
