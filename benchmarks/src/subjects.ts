import * as cockatiel from 'cockatiel'
import { bulkhead, circuitBreaker, fallback, pipeline, retry, timeout } from 'holdfast'
import CircuitBreaker from 'opossum'
import pRetry from 'p-retry'
import pTimeout from 'p-timeout'
import { byHand } from './by-hand.ts'
import type { Subject } from './interleaved.ts'

/** One job, done by several libraries that are used as their READMEs tell. */
export interface Question {
  readonly name: string
  readonly subjects: ReadonlyMap<string, Subject>
}

const operation = async (): Promise<number> => 1

const policies = {
  retry: retry(),
  timeout: timeout({ timeoutMs: 1_000 }),
  breaker: circuitBreaker(),
  bulkhead: bulkhead({ maxConcurrent: 10 }),
  fallback: fallback({ to: () => 0 }),
}
const four = pipeline(policies.fallback, policies.retry, policies.breaker, policies.bulkhead)
const five = pipeline(policies.fallback, policies.retry, policies.breaker, policies.bulkhead, policies.timeout)

const { handleAll } = cockatiel
const peers = {
  retry: cockatiel.retry(handleAll, { maxAttempts: 2, backoff: new cockatiel.ExponentialBackoff() }),
  timeout: cockatiel.timeout(1_000, cockatiel.TimeoutStrategy.Aggressive),
  breaker: cockatiel.circuitBreaker(handleAll, { halfOpenAfter: 5_000, breaker: new cockatiel.ConsecutiveBreaker(5) }),
  bulkhead: cockatiel.bulkhead(10),
  fallback: cockatiel.fallback(handleAll, 0),
}
const cockatielFour = cockatiel.wrap(peers.fallback, peers.retry, peers.breaker, peers.bulkhead)
const cockatielFive = cockatiel.wrap(peers.fallback, peers.retry, peers.breaker, peers.bulkhead, peers.timeout)
const opossum = new CircuitBreaker(operation, { timeout: false, volumeThreshold: 5 })
const signal = new AbortController().signal

const open = circuitBreaker()
open.isolate()
const cockatielOpen = cockatiel.circuitBreaker(handleAll, {
  halfOpenAfter: 5_000,
  breaker: new cockatiel.ConsecutiveBreaker(5),
})
cockatielOpen.isolate()
const opossumOpen = new CircuitBreaker(operation, { timeout: false })
opossumOpen.open()

/** Most callers of a rejected call catch what it rejects with. */
const caught =
  (subject: Subject): Subject =>
  () =>
    subject().catch(() => undefined)

export const questions: readonly Question[] = [
  question('retry', {
    'by hand': byHand.retry(operation),
    holdfast: () => policies.retry.run(operation),
    cockatiel: () => peers.retry.execute(operation),
    'p-retry': () => pRetry(operation, { retries: 2 }),
  }),
  question('timeout', {
    'by hand': byHand.timeout(operation),
    holdfast: () => policies.timeout.run(operation),
    cockatiel: () => peers.timeout.execute(operation),
    'p-timeout': () => pTimeout(operation(), { milliseconds: 1_000 }),
  }),
  question('circuit breaker', {
    'by hand': byHand.breaker(operation),
    holdfast: () => policies.breaker.run(operation),
    cockatiel: () => peers.breaker.execute(operation),
    opossum: () => opossum.fire(),
  }),
  question('bulkhead', {
    'by hand': byHand.bulkhead(operation),
    holdfast: () => policies.bulkhead.run(operation),
    cockatiel: () => peers.bulkhead.execute(operation),
  }),
  question('fallback', {
    'by hand': byHand.fallback(operation),
    holdfast: () => policies.fallback.run(operation),
    cockatiel: () => peers.fallback.execute(operation),
  }),
  question('all but the timeout', {
    'by hand': byHand.four(operation),
    holdfast: () => four.run(operation),
    cockatiel: () => cockatielFour.execute(operation),
  }),
  question('all five', {
    'by hand': byHand.five(operation),
    holdfast: () => five.run(operation),
    cockatiel: () => cockatielFive.execute(operation),
  }),
  question("all five, with the caller's signal", {
    holdfast: () => five.run(operation, { signal }),
    cockatiel: () => cockatielFive.execute(operation, signal),
  }),
  question('a rejection by an open circuit', {
    holdfast: caught(() => open.run(operation)),
    cockatiel: caught(() => cockatielOpen.execute(operation)),
    opossum: caught(() => opossumOpen.fire()),
  }),
]

/** The same operation without anything around it. */
export const bare: Subject = operation

function question(name: string, subjects: Readonly<Record<string, Subject>>): Question {
  return { name, subjects: new Map(Object.entries(subjects)) }
}
