import { type Span, SpanStatusCode } from '@opentelemetry/api'
import type { Call } from '../harness/interleaved.ts'
import type { Telemetry, Watch } from './telemetry.ts'

/** What one writes around a call that nobody watches: its duration, and a span with its outcome. */
export function measuredByHand(call: Call, sdk: Telemetry, { hasMetrics = false, sampledRatio }: Watch): Call {
  const measured = hasMetrics ? timed(call, sdk) : call
  return sampledRatio === undefined ? measured : traced(measured, sdk)
}

function timed(call: Call, { meterProvider }: Telemetry): Call {
  const durations = meterProvider.getMeter('by hand').createHistogram('by_hand.call.duration', { unit: 's' })
  return async () => {
    const startMs = performance.now()
    const told = (outcome: string): void =>
      durations.record((performance.now() - startMs) / 1_000, { policy: 'catalogue', outcome })
    try {
      const value = await call()
      told('value')
      return value
    } catch (error) {
      told('error')
      throw error
    }
  }
}

function traced(call: Call, { tracerProvider }: Telemetry): Call {
  const tracer = tracerProvider.getTracer('by hand')
  const inSpan = async (span: Span): Promise<unknown> => {
    try {
      const value = await call()
      span.setAttribute('outcome', 'value')
      return value
    } catch (error) {
      span.setAttribute('outcome', 'error').setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  }
  return () => tracer.startActiveSpan('catalogue', inSpan)
}
