import { instrument, type LoggerProvider, type PlainLogger } from '@holdfast/opentelemetry'
import { logs } from '@opentelemetry/api'
import { LoggerProvider as SdkLoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { pino } from 'pino'
import { expectTypeOf, it } from 'vitest'

it('takes the providers of the SDK and returns what ends it', () => {
  const providers = {
    meterProvider: new MeterProvider(),
    tracerProvider: new TracerProvider(),
    loggerProvider: new SdkLoggerProvider(),
  }

  expectTypeOf(instrument(providers)).toEqualTypeOf<() => void>()
  expectTypeOf(instrument({ meterProvider: false, tracerProvider: false, loggerProvider: false })).toBeFunction()
  expectTypeOf(instrument()).toBeFunction()
})

it('takes any provider of the logs API, pino and the console as loggers', () => {
  expectTypeOf(logs.getLoggerProvider()).toExtend<LoggerProvider>()
  expectTypeOf(pino()).toExtend<PlainLogger>()
  expectTypeOf(console).toExtend<PlainLogger>()
})

it('takes no other options', () => {
  // @ts-expect-error -- a typo
  instrument({ meterprovider: false })
  // @ts-expect-error -- a logger without levels
  instrument({ logger: { log: () => {} } })
})
