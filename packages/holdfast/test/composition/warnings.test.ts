import { virtualClock } from '@holdfast/testing'
import {
  type AnyPolicy,
  circuitBreaker,
  exponential,
  fallback,
  observe,
  type PipelineWarning,
  pipeline,
  retry,
  timeout,
} from 'holdfast'
import { describe, expect, it } from 'vitest'

const attempt = timeout({ timeoutMs: 800, name: 'attempt' })

/** What observers are told of a pipeline while it is made. */
function warningsOf(make: () => unknown): readonly PipelineWarning[] {
  const warnings: PipelineWarning[] = []
  const stop = observe({
    event: event => {
      if (event.type === 'pipeline.warning') warnings.push(event as PipelineWarning)
    },
  })
  make()
  stop()
  return warnings
}

const kindsOf = (make: () => AnyPolicy): string[] => warningsOf(make).map(({ warning }) => warning)

describe('a pipeline', () => {
  it('warns of nothing where all is as it should be', () => {
    const total = timeout({ timeoutMs: 3_000 })
    const attempts = retry({ backoff: exponential({ firstMs: 100, maxMs: 2_000 }) })

    expect(
      kindsOf(() => pipeline(fallback({ to: () => 'stale' }), total, attempts, circuitBreaker(), attempt)),
    ).toEqual([])
  })

  it('warns of attempts and waits that do not fit the total', () => {
    const attempts = retry({ name: 'attempts', backoff: exponential({ firstMs: 100 }) })

    const [warning] = warningsOf(() => pipeline(timeout({ timeoutMs: 2_699 }), attempts, attempt))

    // Three attempts of 800 ms, and waits of 100 and 200 ms.
    expect(warning).toMatchObject({
      type: 'pipeline.warning',
      warning: 'limits-do-not-fit',
      message: 'attempts may need 2700 ms and has 2699 ms: its last attempts are cut short',
    })
  })

  it('is satisfied where they just fit', () => {
    const attempts = retry({ backoff: exponential({ firstMs: 100 }) })

    expect(kindsOf(() => pipeline(timeout({ timeoutMs: 2_700 }), attempts, attempt))).toEqual([])
  })

  it('does not know how long a backoff of the user waits', () => {
    expect(kindsOf(() => pipeline(timeout({ timeoutMs: 2_400 }), retry({ backoff: () => 5_000 }), attempt))).toEqual([])
  })

  it('takes endless attempts inside a limit for meant', () => {
    const endless = retry({ maxAttempts: Infinity, budget: false })

    expect(kindsOf(() => pipeline(timeout({ timeoutMs: 60_000 }), endless, attempt))).toEqual([])
  })

  it('warns of a breaker outside a retry', () => {
    expect(kindsOf(() => pipeline(circuitBreaker(), retry(), attempt))).toEqual(['breaker-outside-retry'])
  })

  it('warns of a fallback inside a retry', () => {
    expect(kindsOf(() => pipeline(retry(), fallback({ to: () => 'stale' })))).toEqual(['retry-around-fallback'])
  })

  it('warns of a retry around nothing', () => {
    expect(kindsOf(() => pipeline(timeout({ timeoutMs: 60_000 }), retry()))).toEqual(['retry-around-nothing'])
  })

  it('warns once, to who observes at its first call if nobody did before', async () => {
    const clock = virtualClock()
    const policy = pipeline(circuitBreaker({ clock }), retry({ clock }), timeout({ clock, timeoutMs: 800 }))
    const told: string[] = []
    const stop = observe({ event: ({ type }) => told.push(type) })

    await policy.run(() => 'product')
    await policy.run(() => 'product')
    stop()

    expect(told.filter(type => type === 'pipeline.warning')).toHaveLength(1)
  })
})
