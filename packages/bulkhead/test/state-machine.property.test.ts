import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Coming, Limits, Step } from './coming.ts'
import { SideBySide } from './side-by-side.ts'

const HOUR_MS = 3_600_000

const options: fc.Arbitrary<Limits> = fc.record({
  maxConcurrent: fc.constantFrom(1, 1, 2, 3, Infinity),
  maxQueued: fc.constantFrom(0, 1, 2, 5, Infinity),
  maxWaitMs: fc.constantFrom(0, 37, 101, Infinity, Infinity),
  reclaimMs: fc.constantFrom(53, 149, Infinity),
})

const runs = fc.record({
  as: fc.constant('run' as const),
  cut: fc.constantFrom('no', 'no', 'outside', 'inside'),
  cutMs: fc.constantFrom(29, 37, 83),
  timeoutMs: fc.constantFrom(23, 37, 71, Infinity, Infinity, Infinity),
  signal: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom('none' as const, 'aborted' as const) },
    { weight: 4, arbitrary: fc.constant('quiet' as const) },
  ),
  isLate: fc.constantFrom(false, false, true),
  work: fc.constantFrom('throws', 'returns', 'deaf', 'deaf', 'deaf', 'listens', 'listens'),
})

const comings: fc.Arbitrary<Coming> = fc
  .tuple(runs, fc.constantFrom('run', 'run', 'run', 'acquire', 'tryAcquire'))
  .map(([run, as]): Coming => {
    const coming = { ...run, isLate: run.isLate && run.timeoutMs < Infinity } as Coming
    if (as === 'run') return coming
    if (as === 'acquire') return { ...coming, as, cut: 'no' }
    return { ...coming, as: 'tryAcquire', cut: 'no', timeoutMs: Infinity, signal: 'none', isLate: false }
  })

const stepOf = (does: Step['does'], members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Step> =>
  fc.record({ does: fc.constant(does), ...members }) as fc.Arbitrary<unknown> as fc.Arbitrary<Step>

const steps = fc.array(
  fc.record({
    step: fc.oneof(
      { weight: 16, arbitrary: stepOf('come', { coming: comings }) },
      { weight: 8, arbitrary: stepOf('end', { which: fc.nat(), how: fc.constantFrom('value', 'error') }) },
      {
        weight: 4,
        arbitrary: stepOf('release', { which: fc.nat(), how: fc.constantFrom('once', 'twice', 'dispose') }),
      },
      { weight: 4, arbitrary: stepOf('leave', { which: fc.nat() }) },
      { weight: 6, arbitrary: stepOf('advance', { ms: fc.nat(70) }) },
      { weight: 2, arbitrary: stepOf('update', { maxConcurrent: fc.constantFrom(1, 2, 3, 5, Infinity) }) },
      { weight: 1, arbitrary: stepOf('jump', { ms: fc.constantFrom(-5 * HOUR_MS, -40, 40, HOUR_MS) }) },
      { weight: 1, arbitrary: stepOf('toggle', {}) },
    ),
    /** Without it, the next step is taken before any promise has settled. */
    settles: fc.constantFrom(true, true, false),
  }),
  { maxLength: 80, size: 'max' },
)

describe('bulkhead', () => {
  it('does what the naive model does, in whatever order things happen, and all returns to zero', async () => {
    await fc.assert(
      fc.asyncProperty(options, steps, async (given, todo) => {
        const both = new SideBySide(given)
        for (const { step, settles } of todo) {
          // Also an await of nothing would let promises go on.
          const passing = both.take(step)
          if (passing !== undefined) await passing
          const { real, naive } = both.look()
          expect(real).toEqual(naive)
          if (!settles) continue
          await both.settle()
          const settled = both.look()
          expect(settled.real).toEqual(settled.naive)
          const outcomes = both.outcomes()
          expect(outcomes.real).toEqual(outcomes.naive)
        }

        await both.endAll()

        expect(both.look().real).toMatchObject({ active: 0, queued: 0, going: [] })
        expect(both.clock.pendingTimers).toBe(0)
      }),
      { numRuns: 250 },
    )
  })
})
