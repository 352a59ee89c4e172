import type { Meter } from '@opentelemetry/api'
import { ERROR_TYPE, OUTCOME } from './attributes.ts'
import { Measure, type Write } from './measure.ts'

interface Spec {
  readonly name: string
  readonly unit: string
  readonly description: string
  /** Names of what a value may have besides who speaks. */
  readonly words: readonly string[]
  /** Whether the pipeline is told: no, where the policy is what was run. */
  readonly isWithinRun: boolean
  /** Of a histogram. */
  readonly buckets?: readonly number[]
}

type InstrumentKey =
  | 'calls'
  | 'attempts'
  | 'attemptsPerCall'
  | 'retries'
  | 'retryCompletions'
  | 'transitions'
  | 'rejections'
  | 'waits'
  | 'reclaims'
  | 'timeouts'
  | 'lateSettlements'
  | 'fallbacks'
  | 'evictions'
  | 'overflows'

/** In seconds: those of OpenTelemetry's HTTP conventions, with a finer first one and two for long calls. */
const DURATIONS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

const specs: Readonly<Record<InstrumentKey, Spec>> = {
  calls: {
    name: 'holdfast.call.duration',
    unit: 's',
    description: 'Duration of runs, until the caller was answered.',
    words: [OUTCOME, ERROR_TYPE],
    isWithinRun: false,
    buckets: DURATIONS,
  },
  attempts: {
    name: 'holdfast.attempt.duration',
    unit: 's',
    description: 'Duration of single calls of an operation.',
    words: [OUTCOME, ERROR_TYPE],
    isWithinRun: false,
    buckets: DURATIONS,
  },
  attemptsPerCall: {
    name: 'holdfast.call.attempts',
    unit: '{attempt}',
    description: 'Attempts of a run; 0 where none was let through.',
    words: [OUTCOME],
    isWithinRun: false,
    buckets: [0, 1, 2, 3, 4, 5, 7, 10, 15, 20],
  },
  retries: {
    name: 'holdfast.retries',
    unit: '{retry}',
    description: 'Failed attempts that another one follows.',
    words: [ERROR_TYPE],
    isWithinRun: true,
  },
  retryCompletions: {
    name: 'holdfast.retry.completions',
    unit: '{call}',
    description: 'How retrying ended, of runs whose first attempt failed.',
    words: ['holdfast.retry.result', ERROR_TYPE],
    isWithinRun: true,
  },
  transitions: {
    name: 'holdfast.circuit.transitions',
    unit: '{transition}',
    description: 'Changes of the state of circuits.',
    words: ['holdfast.circuit.state', 'holdfast.circuit.cause'],
    isWithinRun: true,
  },
  rejections: {
    name: 'holdfast.rejections',
    unit: '{call}',
    description: 'Calls that a policy did not let through.',
    words: ['holdfast.rejection.reason'],
    isWithinRun: true,
  },
  waits: {
    name: 'holdfast.bulkhead.wait.duration',
    unit: 's',
    description: 'Waits for a slot of a bulkhead.',
    words: [],
    isWithinRun: true,
    buckets: DURATIONS,
  },
  reclaims: {
    name: 'holdfast.bulkhead.reclaims',
    unit: '{slot}',
    description: 'Slots taken back from work that hangs.',
    words: [],
    isWithinRun: true,
  },
  timeouts: {
    name: 'holdfast.timeouts',
    unit: '{timeout}',
    description: 'Limits that have passed.',
    words: [],
    isWithinRun: true,
  },
  lateSettlements: {
    name: 'holdfast.timeout.late.duration',
    unit: 's',
    description: 'How long work went on after its limit had passed.',
    words: [OUTCOME],
    isWithinRun: true,
    buckets: DURATIONS,
  },
  fallbacks: {
    name: 'holdfast.fallbacks',
    unit: '{fallback}',
    description: 'Failures that a fallback answered, or failed to.',
    words: ['holdfast.fallback.outcome', ERROR_TYPE],
    isWithinRun: true,
  },
  evictions: {
    name: 'holdfast.keyed.evictions',
    unit: '{policy}',
    description: 'Policies dropped to make room for another key.',
    words: [],
    isWithinRun: true,
  },
  overflows: {
    name: 'holdfast.keyed.overflows',
    unit: '{call}',
    description: 'Calls of keys that share a policy.',
    words: [],
    isWithinRun: true,
  },
}

/** All that events are counted and measured by. */
export type Instruments = Readonly<Record<InstrumentKey, Measure>>

export function instrumentsOf(meter: Meter, maxAttributeSets: number): Instruments {
  const measures = Object.entries(specs).map(([key, spec]: [string, Spec]) => {
    return [key, new Measure({ ...spec, maxAttributeSets, write: writeOf(meter, spec) })]
  })
  return Object.fromEntries(measures) as Instruments
}

function writeOf(meter: Meter, { name, unit, description, buckets }: Spec): Write {
  if (buckets === undefined) {
    const counter = meter.createCounter(name, { unit, description })
    return (value, attributes) => counter.add(value, attributes)
  }
  const histogram = meter.createHistogram(name, {
    unit,
    description,
    advice: { explicitBucketBoundaries: [...buckets] },
  })
  return (value, attributes) => histogram.record(value, attributes)
}
