import { type InstrumentOptions, instrument } from '@holdfast/opentelemetry'
import { describe, expect, it } from 'vitest'

const start = (options: unknown) => () => instrument(options as InstrumentOptions)

describe('instrument', () => {
  it.each([
    [{ meterProvider: {} }, TypeError, 'instrument: meterProvider must be a MeterProvider, or false, got an object'],
    [{ meterProvider: true }, TypeError, 'instrument: meterProvider must be a MeterProvider, or false, got true'],
    [{ tracerProvider: null }, TypeError, 'instrument: tracerProvider must be a TracerProvider, or false, got null'],
    [{ loggerProvider: 'x' }, TypeError, 'instrument: loggerProvider must be a LoggerProvider, or false, got "x"'],
    [
      { logger: { info: () => {} } },
      TypeError,
      'instrument: logger must be a logger with info, warn and error, got an object',
    ],
    [{ attemptSpans: 1 }, TypeError, 'instrument: attemptSpans must be true or false, got 1'],
    [{ exceptions: 'yes' }, TypeError, 'instrument: exceptions must be true or false, got "yes"'],
    [{ maxAttributeSets: 0 }, RangeError, 'instrument: maxAttributeSets must be an integer of at least 1, got 0'],
    [{ maxAttributeSets: '5' }, TypeError, 'instrument: maxAttributeSets must be an integer of at least 1, got "5"'],
    [{ logIntervalMs: 0 }, RangeError, 'instrument: logIntervalMs must be'],
    [{ meterprovider: false }, TypeError, 'instrument: unknown option'],
    ['all', TypeError, 'instrument: '],
  ])('refuses %j, and says why', (options, ErrorClass, message) => {
    expect(start(options)).toThrow(ErrorClass)
    expect(start(options)).toThrow(message)
  })

  it('takes undefined for what it is by default', () => {
    const options = {
      meterProvider: undefined,
      logger: undefined,
      maxAttributeSets: undefined,
      logIntervalMs: undefined,
    }

    expect(start(options)).not.toThrow()
  })

  it('takes an interval without end', () => {
    expect(start({ logIntervalMs: Infinity })).not.toThrow()
  })
})
