import { bulkhead } from '@holdfast/bulkhead'
import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { type AnyPolicy, pipeline, protect } from '@holdfast/core'
import { retry } from '@holdfast/retry'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { context, trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { type Traced, traced } from './traced.ts'

/** Calls `work` in a span of this name, as an instrumented library does. */
function inSpan<T>({ tracer }: Traced, name: string, work: () => Promise<T> | T): Promise<T> {
  return tracer.startActiveSpan(name, async span => {
    try {
      return await work()
    } finally {
      span.end()
    }
  })
}

/** What an operation traces, after a wait of its own. */
const query =
  (spans: Traced, clock: VirtualClock, name = 'query') =>
  async (): Promise<string> => {
    await new Promise(resolve => {
      clock.setTimeout(() => resolve(undefined), 5)
    })
    return inSpan(spans, name, () => 'row')
  }

describe('the parent of a span', () => {
  it.each([
    [false, ['request', '  catalogue', '    query']],
    [true, ['request', '  catalogue', '    catalogue attempt', '      query']],
  ])(
    'is that of the caller, and it is that of the operation; with spans of attempts: %s',
    async (attemptSpans, tree) => {
      const clock = virtualClock()
      const spans = traced({ attemptSpans })
      const catalogue = pipeline.named('catalogue', timeout({ timeoutMs: 100, clock }), retry({ budget: false, clock }))

      await Promise.all([inSpan(spans, 'request', () => catalogue.run(query(spans, clock))), clock.runAll()])

      expect(spans.tree()).toEqual(tree)
    },
  )

  it('is kept over a backoff', async () => {
    const clock = virtualClock()
    const spans = traced({ attemptSpans: true })
    const policy = retry({ name: 'again', budget: false, random: () => 0.5, clock })
    const failing = ({ attempt }: { attempt: number }): Promise<unknown> =>
      inSpan(spans, `query ${attempt}`, () => (attempt < 3 ? Promise.reject(new Error('down')) : 'row'))

    await Promise.all([inSpan(spans, 'request', () => policy.run(failing)), clock.runAll()])

    expect(spans.tree()).toEqual([
      'request',
      '  again',
      '    again attempt',
      '      query 1',
      '    again attempt',
      '      query 2',
      '    again attempt',
      '      query 3',
    ])
  })

  it('is that of each caller who waits for a slot of another', async () => {
    const clock = virtualClock()
    const spans = traced()
    const slots = bulkhead({ name: 'slots', maxConcurrent: 1, maxQueued: 9, clock })

    const requests = [1, 2, 3].map(number =>
      inSpan(spans, `request ${number}`, () => slots.run(query(spans, clock, `query ${number}`))),
    )
    await Promise.all([...requests, clock.runAll()])

    expect(spans.tree()).toEqual([1, 2, 3].flatMap(number => [`request ${number}`, '  slots', `    query ${number}`]))
  })

  it('is that of each caller who waits until a circuit is closed again', async () => {
    const clock = virtualClock()
    const spans = traced()
    const breaker = circuitBreaker({
      name: 'circuit',
      trip: consecutiveFailures(1),
      openMs: 100,
      random: () => 1,
      clock,
    })
    await expect(breaker.run(() => Promise.reject(new Error('down')))).rejects.toThrow()

    const requests = [1, 2].map(number =>
      inSpan(spans, `request ${number}`, async () => {
        await breaker.whenAvailable()
        return breaker.run(query(spans, clock, `query ${number}`)).catch(() => 'rejected')
      }),
    )
    await Promise.all([...requests, clock.runAll()])

    expect(spans.tree()).toEqual(['circuit', 'request 1', '  circuit', '    query 1', 'request 2', '  circuit'])
  })

  it('is the run around it, for a run within an operation', async () => {
    const clock = virtualClock()
    const spans = traced()
    const outer = timeout({ name: 'outer', timeoutMs: 100, clock })
    const inner = retry({ name: 'inner', budget: false, clock })
    const nested = [
      outer.run(call => inner.run(query(spans, clock, 'with call'), call)),
      outer.run(() => inner.run(query(spans, clock, 'alone'))),
      outer.run(protect(inner, query(spans, clock, 'protected'))),
    ]

    await Promise.all([...nested, clock.runAll()])

    expect(spans.tree()).toEqual(
      ['with call', 'alone', 'protected'].flatMap(name => ['outer', '  inner', `    ${name}`]),
    )
  })

  it('is given back to the caller as it was', async () => {
    const clock = virtualClock()
    const spans = traced({ attemptSpans: true })
    const policy = retry({ name: 'again', budget: false, clock })
    const active = (): unknown => trace.getActiveSpan()

    const seen = await inSpan(spans, 'request', async () => {
      const own = active()
      const running = policy.run(query(spans, clock))
      const meanwhile = active()
      await Promise.all([running, clock.runAll()])
      return [meanwhile === own, active() === own]
    })

    expect(seen).toEqual([true, true])
    expect(active()).toBeUndefined()
  })

  it('is nobody where there is none', async () => {
    const clock = virtualClock()
    const spans = traced()
    const policies: AnyPolicy[] = [1, 2].map(() => retry({ name: 'root', budget: false, clock }))

    await Promise.all(policies.map(policy => policy.run(() => trace.getSpan(context.active())?.spanContext().traceId)))

    expect(spans.tree()).toEqual(['root', 'root'])
  })
})
