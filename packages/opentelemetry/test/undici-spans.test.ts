import { faultServer, ok, status } from '@holdfast/fault-server'
import { type ResilientFetchOptions, resilientFetch } from '@holdfast/fetch'
import { constant } from '@holdfast/retry'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Traced, type TracedOptions, traced } from './traced.ts'

const backoff = constant({ delayMs: 1 })

/** Spans of requests as the instrumentation of undici makes them, besides. */
function tracedRequests(options?: TracedOptions): Traced {
  const spans = traced(options)
  const instrumentation = new UndiciInstrumentation()
  instrumentation.setTracerProvider(spans.tracerProvider)
  instrumentation.enable()
  onTestFinished(() => instrumentation.disable())
  return spans
}

/** A request for a path that fails twice, in the span of a caller. */
async function requestInSpan(spans: Traced, options: ResilientFetchOptions, caller = 'caller'): Promise<unknown> {
  await using server = await faultServer()
  server.script('/prices', [status(503), status(503), ok('42')])
  const fetchPrices = resilientFetch(options)
  return await spans.tracer.startActiveSpan(caller, async span => {
    const response = await fetchPrices(`${server.url}/prices`)
    span.end()
    return response.text()
  })
}

describe('the spans of undici', () => {
  it('are children of the call', async () => {
    const spans = tracedRequests()

    const answer = await requestInSpan(spans, { name: 'prices', retry: { backoff } })

    expect(answer).toBe('42')
    expect(spans.tree()).toEqual(['caller', '  prices', '    GET', '    GET', '    GET'])
  })

  it('are children of their attempts, where these have spans', async () => {
    const spans = tracedRequests({ attemptSpans: true })

    await requestInSpan(spans, { name: 'prices', retry: { backoff } })

    expect(spans.tree()).toEqual([
      'caller',
      '  prices',
      ...[1, 2, 3].flatMap(() => ['    prices attempt', '      GET']),
    ])
  })

  it('stay with their own callers, however many there are at once', async () => {
    const spans = tracedRequests()
    const callers = Array.from({ length: 5 }, (_, index) => `caller ${index}`)

    await Promise.all(callers.map(caller => requestInSpan(spans, { name: 'prices', retry: { backoff } }, caller)))

    expect(spans.tree().toSorted()).toEqual(
      callers.flatMap(caller => [caller, '  prices', '    GET', '    GET', '    GET']).toSorted(),
    )
    expect(spans.tree().filter((_, index) => index % 5 === 0)).toEqual(expect.arrayContaining(callers) as string[])
  })
})
