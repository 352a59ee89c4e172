import * as fc from 'fast-check'
import type { Strategy } from './naive-counts.ts'

const HOUR_MS = 3_600_000

export type WindowStep =
  | { readonly does: 'record' | 'end'; readonly isFailure: boolean; readonly which: number }
  | { readonly does: 'begin' | 'close' }
  /** So many twentieths of the window, and some milliseconds, go by; or the clock steps back by as much. */
  | { readonly does: 'pass'; readonly twentieths: number; readonly ms: number }

export const strategyOf = (kind: Strategy['kind'], by: 'time' | 'calls'): fc.Arbitrary<Strategy> => {
  if (kind === 'consecutiveFailures') {
    return fc.record({ kind: fc.constant(kind), count: fc.integer({ min: 1, max: 6 }) })
  }
  const times = fc.constantFrom(5, 20, 140, 1_000)
  const calls = fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constant(70))
  return fc
    .record({
      kind: fc.constant(kind),
      threshold: fc.constantFrom(0.01, 0.2, 1 / 3, 0.5, 0.75, 1),
      slowerThanMs: fc.constantFrom(0, 0, 7, 50),
      size: by === 'time' ? times : calls,
      least: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(15)),
    })
    .map(({ size, least, ...rate }) => ({
      ...rate,
      minCalls: by === 'time' ? least : Math.min(least, size),
      windowMs: by === 'time' ? size : undefined,
      windowCalls: by === 'calls' ? size : undefined,
    }))
}

/** Twentieths of the window, and milliseconds. */
type Pass = fc.Arbitrary<[number, number]>

const onwards: { readonly weight: number; readonly arbitrary: Pass }[] = [
  { weight: 8, arbitrary: fc.tuple(fc.nat(2), fc.nat(20)) },
  { weight: 4, arbitrary: fc.tuple(fc.integer({ min: 17, max: 21 }), fc.integer({ min: -1, max: 1 })) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: -1, max: 1 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant(0), fc.nat(5 * HOUR_MS)) },
]

const backwards: typeof onwards = [
  { weight: 2, arbitrary: fc.tuple(fc.constant(0), fc.constantFrom(-1, -1, 1)) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: -45, max: -1 }), fc.integer({ min: -9, max: 9 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant(0), fc.integer({ min: -5 * HOUR_MS, max: -1 })) },
]

/** About the edge of a twentieth. */
const shivering: typeof onwards = [
  { weight: 12, arbitrary: fc.tuple(fc.constant(0), fc.constantFrom(-1, 1)) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(19), fc.constant(0)) },
]

const outcomes: fc.Arbitrary<WindowStep> = fc.record({
  does: fc.constantFrom('record' as const, 'end' as const),
  isFailure: fc.boolean(),
  which: fc.nat(),
})

const stepsWith = (passes: typeof onwards): fc.Arbitrary<WindowStep[]> =>
  fc.array(
    fc.oneof(
      { weight: 18, arbitrary: outcomes },
      { weight: 15, arbitrary: fc.constant<WindowStep>({ does: 'begin' }) },
      { weight: 1, arbitrary: fc.constant<WindowStep>({ does: 'close' }) },
      {
        weight: 18,
        arbitrary: fc.oneof(...passes).map(([twentieths, ms]): WindowStep => ({ does: 'pass', twentieths, ms })),
      },
    ),
    { maxLength: 150, size: 'max' },
  )

export const clocks: readonly (readonly [does: string, steps: fc.Arbitrary<WindowStep[]>])[] = [
  ['goes on', stepsWith(onwards)],
  ['steps to and fro', stepsWith([...onwards, ...backwards])],
  ['shivers', stepsWith(shivering)],
]
