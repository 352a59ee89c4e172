import { bulkhead } from '@holdfast/bulkhead'
import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { keyed, pipeline } from '@holdfast/core'
import { fallback } from '@holdfast/fallback'
import { constant, retry, retryBudget } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'

/** A service on a bad day, in virtual time: everything that metrics can tell happens at least once. */
export class Scenario {
  readonly #clock = virtualClock()
  /** Telemetry reads the state of policies that live. */
  readonly #alive: unknown[] = []

  async play(): Promise<void> {
    await this.#catalogue()
    await this.#retries()
    await this.#circuits()
    await this.#lateWork()
    await this.#bulkheads()
    await this.#keys()
  }

  /** What a service looks like: a pipeline whose fallback answers for a dependency that is down, and then is down too. */
  async #catalogue(): Promise<void> {
    const clock = this.#clock
    let isStale = true
    const catalogue = this.#keep(
      pipeline(
        fallback({ name: 'catalogue.fallback', clock, to: () => (isStale ? 'from the cache' : fail()) }),
        timeout({ name: 'catalogue.total', clock, timeoutMs: 3_000 }),
        retry({ name: 'catalogue.retry', clock, backoff: constant({ delayMs: 100 }) }),
        bulkhead({ name: 'catalogue.bulkhead', clock, maxConcurrent: 10 }),
        circuitBreaker({ name: 'catalogue.breaker', clock, trip: consecutiveFailures(6) }),
        timeout({ name: 'catalogue.attempt', clock, timeoutMs: 800 }),
        { name: 'catalogue' },
      ),
    )
    await this.#end(catalogue.run(() => 'kelp'))
    await this.#end(catalogue.run(fail))
    isStale = false
    await this.#end(catalogue.run(fail))
    const caller = new AbortController()
    const cancelled = catalogue.run(hang, { signal: caller.signal })
    caller.abort()
    await this.#end(cancelled)
  }

  async #retries(): Promise<void> {
    const clock = this.#clock
    const backoff = constant({ delayMs: 100, jitter: 'none' })
    const stock = this.#keep(retry({ name: 'stock', clock, backoff, budget: retryBudget({ minPerSecond: 100 }) }))
    const frugal = this.#keep(retry({ name: 'prices', clock, budget: retryBudget({ ratio: 0, minPerSecond: 0 }) }))

    await this.#end(stock.run(({ attempt }) => (attempt === 1 ? fail() : 'kelp')))
    await this.#end(stock.run(fail))
    await this.#end(stock.run(fail, { timeoutMs: 50 }))
    await this.#end(frugal.run(fail))
  }

  async #circuits(): Promise<void> {
    const clock = this.#clock
    const trip = consecutiveFailures(1)
    const open = this.#keep(circuitBreaker({ name: 'ratings', clock, trip }))
    const probed = this.#keep(circuitBreaker({ name: 'reviews', clock, trip, openMs: 1_000 }))
    const isolated = this.#keep(circuitBreaker({ name: 'adverts', clock }))
    const observed = this.#keep(circuitBreaker({ name: 'search', clock, trip, mode: 'observe' }))

    for (const circuit of [open, observed]) {
      await this.#end(circuit.run(fail))
      await this.#end(circuit.run(fail))
    }
    await this.#end(probed.run(fail))
    await clock.advance(1_000)
    await this.#end(probed.run(() => 'kelp'))
    isolated.isolate({ reason: 'maintenance' })
    isolated.close({ reason: 'done' })
    isolated.isolate({ reason: 'maintenance' })
    await this.#end(isolated.run(() => 'kelp'))
  }

  async #bulkheads(): Promise<void> {
    const clock = this.#clock
    const reports = this.#keep(
      bulkhead({ name: 'reports', clock, maxConcurrent: 1, maxQueued: 1, maxWaitMs: 200, reclaimMs: 60_000 }),
    )
    const tooLate = timeout({ name: 'reports.total', clock, timeoutMs: 100 })

    const hanging = reports.run(hang, { timeoutMs: 500 })
    const waiting = reports.run(hang)
    await this.#end(reports.run(hang), waiting)
    await this.#end(
      tooLate.run(call => {
        clock.jump(200)
        return reports.run(hang, call)
      }),
    )
    await this.#end(hanging)
    // The hanging work loses its slot; then one call has it and another waits.
    await clock.advance(60_000)
    for (let call = 1; call <= 2; call += 1) reports.run(hang).catch(() => {})
  }

  /** Two that are late, and one that never ends. */
  async #lateWork(): Promise<void> {
    const clock = this.#clock
    const images = this.#keep(timeout({ name: 'images', clock, timeoutMs: 100 }))

    await this.#end(
      images.run(() => after(clock, 300)),
      images.run(() => after(clock, 400).then(fail)),
      images.run(hang),
    )
    await clock.advance(400)
  }

  /** A key that is evicted, one that finds all policies busy, and more names than there are sets of attributes. */
  async #keys(): Promise<void> {
    const clock = this.#clock
    let origin = 'a'
    const origins = this.#keep(
      keyed({ name: 'origins', clock, maxKeys: 1, by: () => origin, make: () => timeout({ clock, timeoutMs: 100 }) }),
    )
    await this.#end(origins.run(() => 'kelp'))
    origin = 'b'
    origins.run(hang).catch(() => {})
    origin = 'c'
    await this.#end(origins.run(() => 'kelp'))
    for (let tenant = 1; tenant <= attributeSets; tenant += 1) {
      await this.#end(timeout({ name: `tenant.${tenant}`, clock, timeoutMs: 100 }).run(() => 'kelp'))
    }
  }

  #keep<Kept>(policy: Kept): Kept {
    this.#alive.push(policy)
    return policy
  }

  /** Lets time pass until the callers are answered, however they are. */
  async #end(...answers: readonly Promise<unknown>[]): Promise<void> {
    const open = new Set(answers)
    for (const answer of answers) {
      const close = (): boolean => open.delete(answer)
      answer.then(close, close)
    }
    await this.#clock.settle()
    while (open.size > 0) await this.#clock.advance(50)
  }
}

/** What the scenario exceeds: set as `maxAttributeSets`. */
export const attributeSets = 40

function fail(): never {
  throw Object.assign(new Error('connection reset'), { code: 'ECONNRESET' })
}

function hang(): Promise<never> {
  return new Promise(() => {})
}

function after(clock: ReturnType<typeof virtualClock>, delayMs: number): Promise<string> {
  return new Promise(resolve => {
    clock.setTimeout(() => resolve('kelp'), delayMs)
  })
}
