import type { Attributes } from '@opentelemetry/api'
import { SCOPE } from './scope.ts'

export type Severity = 'info' | 'warn' | 'error'

export interface LogLine {
  /** The type of the event. */
  readonly type: string
  readonly severity: Severity
  readonly message: string
  readonly attributes: Attributes
}

/** Writes one line. */
export type WriteLog = (line: LogLine) => unknown

/** Any logger that takes an object and a message, in this order: pino, and those made in its image. */
export interface PlainLogger {
  info(attributes: object, message: string): unknown
  warn(attributes: object, message: string): unknown
  error(attributes: object, message: string): unknown
}

/** A log record, as the logs API of OpenTelemetry takes it. */
export interface EmittedLog {
  readonly eventName: string
  readonly severityNumber: number
  readonly severityText: string
  readonly body: string
  readonly attributes: Attributes
}

/** Takes log records: a logger of the logs API. */
export interface LogEmitter {
  emit(record: EmittedLog): void
}

/** A provider of the logs API, from `@opentelemetry/api` 1.10 or from `@opentelemetry/api-logs`. */
export interface LoggerProvider {
  getLogger(name: string): LogEmitter
}

/** By OpenTelemetry's data model of logs. */
const SEVERITY_NUMBERS: Readonly<Record<Severity, number>> = { info: 9, warn: 13, error: 17 }

export function logsApiWriter(provider: LoggerProvider): WriteLog {
  const emitter = provider.getLogger(SCOPE)
  return ({ type, severity, message, attributes }) =>
    emitter.emit({
      eventName: `holdfast.${type}`,
      severityNumber: SEVERITY_NUMBERS[severity],
      severityText: severity.toUpperCase(),
      body: message,
      attributes,
    })
}

export function plainWriter(logger: PlainLogger): WriteLog {
  return ({ type, severity, message, attributes }) =>
    logger[severity]({ 'event.name': `holdfast.${type}`, ...attributes }, message)
}
