import { type AnyPolicy, policies } from '@holdfast/core'
import type { Attributes, BatchObservableResult, Meter, Observable } from '@opentelemetry/api'
import { OVERFLOW, POLICY_KIND, POLICY_NAME } from './attributes.ts'

/** As a breaker tells them, and as metrics do. */
const STATES = { closed: 'closed', open: 'open', halfOpen: 'half_open', isolated: 'isolated' } as const

type Combine = (one: number, other: number) => number

const sum: Combine = (one, other) => one + other

/** The numbers of one instrument at one reading: policies of one name become one. */
class Reading {
  readonly #combine: Combine
  readonly #maxAttributeSets: number
  readonly #points = new Map<string, { value: number; readonly attributes: Attributes }>()

  constructor(combine: Combine, maxAttributeSets: number) {
    this.#combine = combine
    this.#maxAttributeSets = maxAttributeSets
  }

  add(value: number, policy: AnyPolicy, state?: string): void {
    const key = `${policy.name}\n${policy.kind}\n${state ?? ''}`
    const isTooMany = this.#points.size >= this.#maxAttributeSets && !this.#points.has(key)
    const point = this.#points.get(isTooMany ? '' : key)
    if (point !== undefined) point.value = this.#combine(point.value, value)
    else this.#points.set(isTooMany ? '' : key, { value, attributes: isTooMany ? OVERFLOW : named(policy, state) })
  }

  tell(result: BatchObservableResult, instrument: Observable): void {
    for (const { value, attributes } of this.#points.values()) result.observe(instrument, value, attributes)
  }
}

/** Lets readers of metrics see the state of all living policies, until the returned function is called. */
export function gaugeStates(meter: Meter, maxAttributeSets: number): () => void {
  const calls = (name: string, description: string): Observable =>
    meter.createObservableUpDownCounter(name, { unit: '{call}', description })
  const circuits = meter.createObservableUpDownCounter('holdfast.circuit.state', {
    unit: '{circuit}',
    description: 'Circuits that are in this state.',
  })
  const active = calls('holdfast.bulkhead.active', 'Slots of bulkheads that are taken.')
  const queued = calls('holdfast.bulkhead.queued', 'Calls that wait for a slot of a bulkhead.')
  const limit = calls('holdfast.bulkhead.limit', 'Slots that bulkheads have; none for those without a limit.')
  const budget = meter.createObservableGauge('holdfast.retry.budget.remaining', {
    unit: '{retry}',
    description: 'Retries that budgets would grant now: the least, of policies of one name.',
  })

  const observe = (result: BatchObservableResult): void => {
    const reading = (combine: Combine): Reading => new Reading(combine, maxAttributeSets)
    const readings = {
      circuits: reading(sum),
      active: reading(sum),
      queued: reading(sum),
      limit: reading(sum),
      budget: reading(Math.min),
    }
    for (const policy of policies()) read(policy as Readable, readings)
    readings.circuits.tell(result, circuits)
    readings.active.tell(result, active)
    readings.queued.tell(result, queued)
    readings.limit.tell(result, limit)
    readings.budget.tell(result, budget)
  }
  const observables = [circuits, active, queued, limit, budget]
  meter.addBatchObservableCallback(observe, observables)
  return () => meter.removeBatchObservableCallback(observe, observables)
}

/** What policies tell of their state; users may have made some of these kinds that do not. */
interface Readable extends AnyPolicy {
  readonly state?: unknown
  readonly active?: unknown
  readonly queued?: unknown
  readonly maxConcurrent?: unknown
  readonly budgetRemaining?: unknown
}

type Readings = Readonly<Record<'circuits' | 'active' | 'queued' | 'limit' | 'budget', Reading>>

function read(policy: Readable, readings: Readings): void {
  const add = (reading: Reading, value: unknown): void => {
    if (Number.isFinite(value)) reading.add(value as number, policy)
  }
  if (policy.kind === 'circuit-breaker' && Object.hasOwn(STATES, policy.state as string)) {
    for (const [state, word] of Object.entries(STATES)) {
      readings.circuits.add(policy.state === state ? 1 : 0, policy, word)
    }
  } else if (policy.kind === 'bulkhead') {
    add(readings.active, policy.active)
    add(readings.queued, policy.queued)
    add(readings.limit, policy.maxConcurrent)
  } else if (policy.kind === 'retry') add(readings.budget, remaining(policy))
}

/** A budget may be one of the user's own, which fails: then the others are told all the same. */
function remaining(policy: Readable): unknown {
  try {
    return policy.budgetRemaining
  } catch {
    return undefined
  }
}

function named({ name, kind }: AnyPolicy, state: string | undefined): Attributes {
  const attributes: Attributes = { [POLICY_NAME]: name, [POLICY_KIND]: kind }
  if (state !== undefined) attributes['holdfast.circuit.state'] = state
  return attributes
}
