export { type InstrumentOptions, instrument } from './instrument.ts'
export type { EmittedLog, LogEmitter, LoggerProvider, PlainLogger } from './log-sinks.ts'
