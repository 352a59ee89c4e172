import { retry } from '@holdfast/retry'
import { rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { traced } from './traced.ts'

const flaky = () => scripted([rejects(new Error('down')), resolves('fresh')])

describe('a trace that is not sampled', () => {
  it('has no spans, and calls go as ever', async () => {
    const clock = virtualClock()
    const spans = traced({ sampler: new AlwaysOffSampler(), attemptSpans: true, exceptions: true })
    const policy = retry({ name: 'unsampled', budget: false, clock })

    const [answer] = await Promise.all([policy.run(flaky()), clock.runAll()])

    expect(answer).toBe('fresh')
    expect(spans.tree()).toEqual([])
  })

  it('is not sampled further in, either: the context of the caller says so', async () => {
    const clock = virtualClock()
    const spans = traced({ sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }), attemptSpans: true })
    const policy = retry({ name: 'unsampled', budget: false, clock })
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const unsampled = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b7ad6b7169203331', traceFlags: 0 })

    const seen = await context.with(unsampled, () => policy.run(() => trace.getActiveSpan()?.spanContext()))

    expect(seen).toMatchObject({ traceId, traceFlags: 0 })
    expect(spans.tree()).toEqual([])
  })
})
