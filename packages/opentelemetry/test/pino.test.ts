import { circuitBreaker } from '@holdfast/circuit-breaker'
import { instrument } from '@holdfast/opentelemetry'
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'

it('writes to pino in place of the logs API', () => {
  const lines: unknown[] = []
  const logger = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  onTestFinished(instrument({ meterProvider: false, tracerProvider: false, logger }))

  circuitBreaker({ name: 'guard' }).isolate({ reason: 'incident 42' })

  expect(lines).toEqual([
    {
      level: 40,
      'event.name': 'holdfast.circuit.opened',
      'holdfast.policy.kind': 'circuit-breaker',
      'holdfast.policy.name': 'guard',
      'holdfast.circuit.cause': 'isolated',
      'holdfast.circuit.reason': 'incident 42',
      msg: 'guard: circuit is isolated by hand: incident 42',
    },
  ])
})
