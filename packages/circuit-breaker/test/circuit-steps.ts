import * as fc from 'fast-check'
import type { NaiveOptions } from './naive-circuit.ts'

/** How the work of a call ends. */
export type End = 'value' | 'badValue' | 'error' | 'ignoredError' | 'harmlessError' | 'protectiveError'

export type Step =
  | { readonly does: 'run'; readonly under: 'nothing' | 'signal' | 'timeout'; readonly which: number }
  | { readonly does: 'end'; readonly which: number; readonly how: End }
  | { readonly does: 'settle'; readonly which: number; readonly how: 'success' | 'failure' | 'ignore' }
  | { readonly does: 'abort' | 'abortOuter' | 'giveUp'; readonly which: number }
  | { readonly does: 'acquire' | 'wait' | 'snapshot' | 'restore' }
  | { readonly does: 'outer'; readonly limitMs: number }
  | { readonly does: 'record'; readonly outcome: 'success' | 'failure' | 'ignored' }
  | { readonly does: 'isolate' | 'close'; readonly reason: string | undefined }
  | { readonly does: 'advance' | 'jump'; readonly ms: number }

export interface Options extends NaiveOptions {
  /** Without them most calls share their handlers. */
  readonly hasPredicates: boolean
}

const openTimes = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(0, 10, 20, 40, 100).map(ms => () => ms) },
  { weight: 5, arbitrary: fc.constant(({ trips }: { readonly trips: number }) => 10 * 2 ** Math.min(trips, 9)) },
  { weight: 1, arbitrary: fc.constant(() => Infinity) },
)

export const options: fc.Arbitrary<Options> = fc.record({
  failures: fc.constantFrom(1, 1, 2, 3),
  openMs: openTimes,
  draws: fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 4, size: 'max' }),
  mode: fc.constantFrom('enforce', 'enforce', 'enforce', 'enforce', 'observe'),
  probes: fc.integer({ min: 1, max: 3 }),
  successThreshold: fc.integer({ min: 1, max: 3 }),
  failureThreshold: fc.integer({ min: 1, max: 3 }),
  probeTimeoutMs: fc.constantFrom(30, 70, Infinity),
  hasPredicates: fc.constantFrom(true, true, false),
})

// Mostly one of the latest.
const which = fc.oneof(fc.constant(0), fc.nat(3), fc.nat())
const reason = fc.constantFrom(undefined, 'maintenance')

const ends = fc.constantFrom<End>(
  ...Array<End>(7).fill('value'),
  ...Array<End>(7).fill('error'),
  'badValue',
  'ignoredError',
  'harmlessError',
  'protectiveError',
)

const step = <S extends Step>(weight: number, members: { [Member in keyof S]: fc.Arbitrary<S[Member]> }) => ({
  weight,
  arbitrary: fc.record(members) as fc.Arbitrary<Step>,
})

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    step(14, { does: fc.constant('run'), under: fc.constantFrom('nothing', 'signal', 'timeout'), which }),
    step(14, { does: fc.constant('end'), which, how: ends }),
    step(9, { does: fc.constant('acquire') }),
    step(9, {
      does: fc.constant('settle'),
      which: fc.nat(5),
      how: fc.constantFrom('success', 'success', 'failure', 'failure', 'ignore'),
    }),
    step(2, { does: fc.constantFrom('abort', 'abort', 'abortOuter', 'giveUp'), which }),
    step(2, { does: fc.constant('outer'), limitMs: fc.constantFrom(20, 60, 100) }),
    step(1, { does: fc.constant('record'), outcome: fc.constantFrom('success', 'failure', 'failure', 'ignored') }),
    step(3, { does: fc.constantFrom('wait') }),
    step(2, { does: fc.constantFrom('snapshot', 'restore') }),
    step(1, { does: fc.constantFrom('isolate', 'close', 'close'), reason }),
    step(12, { does: fc.constant('advance'), ms: fc.oneof(fc.nat(60), fc.constantFrom(10, 20, 30, 40, 50, 70, 100)) }),
    step(1, {
      does: fc.constant('jump'),
      ms: fc.oneof(fc.integer({ min: -200, max: 200 }), fc.constantFrom(-7_200_000, 7_200_000)),
    }),
  ),
  { maxLength: 140, size: 'max' },
)
