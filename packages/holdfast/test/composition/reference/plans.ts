import * as fc from 'fast-check'
import type {
  BackoffPlan,
  BreakerPlan,
  BulkheadPlan,
  FallbackPlan,
  Handled,
  HandPlan,
  Letter,
  Plan,
  PolicyPlan,
  RetryPlan,
  RunPlan,
  StepPlan,
  TimeoutPlan,
  TripPlan,
} from './plan.ts'

const ms = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max })
const seldom = fc.nat(3).map(lot => lot === 3)
const orNone = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined })
const orEndless = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<number> => fc.option(arbitrary, { nil: Infinity })
const handles = fc.constantFrom<Handled>('all', 'all', 'all', 'a', 'notTimeout', 'notB')

const step: fc.Arbitrary<StepPlan> = fc.record({
  does: fc.constantFrom<StepPlan['does']>('good', 'good', 'error', 'error', 'error', 'bad', 'return', 'throw', 'hang'),
  letter: fc.constantFrom<Letter>('a', 'a', 'a', 'a', 'b', 'b', 'permanent', 'protective'),
  afterMs: ms(80),
  hearing: fc.constantFrom<StepPlan['hearing']>('listening', 'deaf', 'watching'),
  endsWith: fc.constantFrom<StepPlan['endsWith']>('reason', 'reason', 'value', 'error'),
  cleanUpMs: fc.constantFrom(0, 0, 7, 30),
  abortsCaller: fc.nat(19).map(lot => lot === 19),
})

const run: fc.Arbitrary<RunPlan> = fc.record({
  startMs: ms(600),
  key: fc.constantFrom('x', 'x', 'y'),
  steps: fc.array(step, { minLength: 1, maxLength: 4, size: 'max' }),
  abortAfterMs: orNone(ms(200, 0)).chain(some => fc.constantFrom(undefined, some)),
  abortsIn: fc
    .constantFrom<RunPlan['abortsIn']>('to', 'before', 'delayFor')
    .chain(some => fc.constantFrom(undefined, undefined, undefined, undefined, some)),
  timeoutMs: orNone(ms(250)).chain(some => fc.constantFrom(undefined, some)),
})

const backoff: fc.Arbitrary<BackoffPlan> = fc.record({
  shape: fc.constantFrom<BackoffPlan['shape']>('constant', 'linear', 'sequence', 'exponential'),
  firstMs: ms(30),
  nextMs: ms(30),
  capMs: ms(60, 30),
  jitter: fc.constantFrom<BackoffPlan['jitter']>('none', 'equal', 'full', 'decorrelated'),
})

const retry: fc.Arbitrary<RetryPlan> = fc.record({
  kind: fc.constant('retry'),
  maxAttempts: ms(4),
  backoff,
  handles,
  handlesBad: fc.boolean(),
  delayOfBMs: orNone(orEndless(ms(60))),
  before: orNone(fc.record({ afterMs: fc.constantFrom(0, 5, 20), fails: seldom })),
  budget: orNone(
    fc.record({
      ratio: fc.constantFrom(0, 0.25, 0.5, 1),
      minPerSecond: fc.constantFrom(0, 0.1, 0.2, 0.5),
      isShared: fc.boolean(),
    }),
  ),
})

const timeout: fc.Arbitrary<TimeoutPlan> = fc.record({
  kind: fc.constant('timeout'),
  limitsMs: fc.oneof(
    { weight: 4, arbitrary: ms(120).map(limitMs => [limitMs]) },
    { weight: 1, arbitrary: fc.array(orEndless(ms(80, 0)), { minLength: 1, maxLength: 3 }) },
  ),
})

const oneTrip: fc.Arbitrary<TripPlan> = fc.oneof(
  fc.record({ by: fc.constant('row' as const), failures: ms(3) }),
  fc.record({
    by: fc.constant('rate' as const),
    threshold: fc.constantFrom(0.25, 0.5, 1),
    minCalls: ms(3),
    windowCalls: orNone(ms(6, 3)),
    windowMs: ms(400, 20),
    slowerThanMs: orNone(ms(60, 0)),
  }),
)

const trip: fc.Arbitrary<TripPlan> = fc.oneof(
  { weight: 5, arbitrary: oneTrip },
  { weight: 1, arbitrary: fc.record({ by: fc.constant('any'), of: fc.tuple(oneTrip, oneTrip) }) },
)

const breaker: fc.Arbitrary<BreakerPlan> = fc.record({
  kind: fc.constant('breaker'),
  trip,
  openMs: fc.oneof(ms(150, 0), ms(30, 0)),
  growthMs: fc.constantFrom(0, 0, 40),
  probes: ms(3),
  successThreshold: ms(3),
  failureThreshold: ms(3),
  probeTimeoutMs: orEndless(ms(100)),
  handles,
  ignoresB: seldom,
  handlesBad: fc.boolean(),
  isObserving: seldom,
  isKeyed: seldom,
})

const bulkhead: fc.Arbitrary<BulkheadPlan> = fc.record({
  kind: fc.constant('bulkhead'),
  maxConcurrent: ms(3),
  maxQueued: fc.nat(3),
  maxWaitMs: orEndless(ms(80, 0)),
  reclaimMs: orEndless(ms(120)),
  isKeyed: seldom,
})

const fallback: fc.Arbitrary<FallbackPlan> = fc.record({
  kind: fc.constant('fallback'),
  handles,
  handlesBad: fc.boolean(),
  fails: seldom,
  afterMs: fc.constantFrom(0, 0, 10, 40),
})

const policy: fc.Arbitrary<PolicyPlan> = fc.oneof(retry, timeout, breaker, bulkhead, fallback)

const hand: fc.Arbitrary<HandPlan> = fc.record({
  atMs: ms(800),
  place: fc.nat(5),
  does: fc.constantFrom<HandPlan['does']>('isolate', 'close', 'grow', 'shrink'),
})

const plansOf = (policies: fc.Arbitrary<readonly PolicyPlan[]>, maxRuns: number): fc.Arbitrary<Plan> =>
  fc
    .record({
      policies,
      nested: fc.nat(6),
      inside: fc.nat(6).chain(some => fc.constantFrom(0, 0, some)),
      off: fc.record({ place: fc.nat(20), untilMs: ms(300) }),
      isObserved: seldom,
      runs: fc.array(run, { minLength: 1, maxLength: maxRuns, size: 'max' }),
      hands: fc.array(hand, { maxLength: 2, size: 'max' }),
      crowd: fc.constantFrom(1, 4, 10),
    })
    .map(({ crowd, ...plan }) => apart({ ...plan, runs: plan.runs.map(one => crowded(one, crowd)) }))

const flooded = fc.oneof(breaker, bulkhead).map(guard => [guard])

/** Any policies in any order; at times a breaker or bulkhead alone, with all the more runs. */
export const plans: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 4, arbitrary: plansOf(fc.array(policy, { minLength: 1, maxLength: 6, size: 'max' }), 10) },
  { weight: 1, arbitrary: plansOf(flooded, 30) },
)

/** Times of the start this much closer together. */
const crowded = (plan: RunPlan, crowd: number): RunPlan => ({ ...plan, startMs: Math.ceil(plan.startMs / crowd) })

/** All times of a plan with fractions of their own, so that unrelated things never fall into the same instant. */
function apart(plan: Plan): Plan {
  let fraction = 1
  const parted = (value: unknown, name: string): unknown => {
    if (Array.isArray(value)) return value.map(item => parted(item, name))
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, parted(inner, member)]))
    }
    if (typeof value !== 'number' || !name.endsWith('Ms')) return value
    // A generator of all numbers below 2^24: they stay exact in all sums.
    fraction = (fraction * 1_664_525 + 1_013_904_223) % 2 ** 24
    return value === 0 || value === Infinity ? value : value + fraction / 2 ** 24
  }
  return parted(plan, '') as Plan
}
