import { bulkhead } from '@holdfast/bulkhead'
import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { type AnyPolicy, keyed, observe, pipeline } from '@holdfast/core'
import { fallback } from '@holdfast/fallback'
import { constant, retry } from '@holdfast/retry'
import { rejects, resolves, type Step, scripted, type VirtualClock, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { measured } from './measured.ts'

/** The events that each instrument counts. */
const counted: Readonly<Record<string, readonly string[]>> = {
  'holdfast.call.duration': ['call.settled'],
  'holdfast.call.attempts': ['call.settled'],
  'holdfast.attempt.duration': ['attempt.settled'],
  'holdfast.retries': ['retry.scheduled'],
  'holdfast.retry.completions': ['retry.succeeded', 'retry.exhausted', 'retry.budgetExhausted'],
  'holdfast.circuit.transitions': ['circuit.opened', 'circuit.halfOpened', 'circuit.closed'],
  'holdfast.rejections': ['circuit.rejected', 'bulkhead.rejected'],
  'holdfast.bulkhead.wait.duration': ['bulkhead.acquired'],
  'holdfast.bulkhead.reclaims': ['bulkhead.reclaimed'],
  'holdfast.timeouts': ['timeout.expired'],
  'holdfast.timeout.late.duration': ['timeout.settledLate'],
  'holdfast.fallbacks': ['fallback.used', 'fallback.failed'],
  'holdfast.keyed.evictions': ['keyed.evicted'],
  'holdfast.keyed.overflows': ['keyed.overflowed'],
}

interface PlannedCall {
  readonly service: number
  readonly key: string
  readonly steps: readonly Step<string>[]
  readonly afterMs: number
}

const down = (code: string): Error => Object.assign(new Error('down'), { code })
const afterMs = fc.constantFrom(0, 3, 12, 40)
const step = fc.oneof(
  fc.record({ afterMs, isDeaf: fc.boolean() }).map(options => resolves('fresh', options)),
  fc
    .record({ afterMs, isDeaf: fc.boolean(), code: fc.constantFrom('E1', 'E2', 'E3') })
    .map(({ code, ...options }) => rejects(down(code), options)),
)
const call: fc.Arbitrary<PlannedCall> = fc.record({
  service: fc.nat({ max: 2 }),
  key: fc.constantFrom('a', 'b', 'c'),
  steps: fc.array(step, { minLength: 3, maxLength: 3 }),
  afterMs: fc.constantFrom(0, 0, 0, 5, 200),
})

function serviceOf(name: string, clock: VirtualClock, keyOf: () => string): AnyPolicy {
  let failures = 0
  const to = (): string => {
    if (++failures % 3 === 0) throw new Error('no cache')
    return 'stale'
  }
  const slots = { maxConcurrent: 1, maxQueued: 1, maxWaitMs: 10, reclaimMs: 20, clock }
  const trip = consecutiveFailures(2)
  return pipeline.named(
    name,
    fallback({ name: `${name}.fallback`, to, clock }),
    retry({ name: `${name}.retry`, backoff: constant({ delayMs: 5 }), clock }),
    circuitBreaker({ name: `${name}.circuit`, trip, openMs: 15, clock }),
    timeout({ name: `${name}.limit`, timeoutMs: 10, clock }),
    keyed({
      name: `${name}.keys`,
      maxKeys: 2,
      by: keyOf,
      make: key => bulkhead({ name: `slots ${key}`, ...slots }),
      clock,
    }),
  )
}

it('counts each event once, under whatever attributes', async () => {
  const seen = new Map<string, number>()

  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 25 }), fc.integer({ min: 1, max: 4 }), async (calls, cap) => {
      const clock = virtualClock()
      const events = new Map<string, number>()
      const stop = observe({ event: ({ type }) => void events.set(type, (events.get(type) ?? 0) + 1) })
      const metrics = measured({ maxAttributeSets: cap })
      let key = ''
      const services = ['one', 'two', 'three'].map(name => serviceOf(name, clock, () => key))

      const answers: Promise<unknown>[] = []
      for (const planned of calls) {
        key = planned.key
        const answer = services[planned.service]?.run(scripted(planned.steps, { clock }))
        if (answer !== undefined) answers.push(answer.catch((error: unknown) => error))
        await clock.advance(planned.afterMs)
      }
      await Promise.all([...answers, clock.runAll()])
      stop()
      metrics.stop()

      for (const [name, types] of Object.entries(counted)) {
        const points = await metrics.all(name)
        const told = points.reduce((sum, [, value]) => sum + countOf(value), 0)
        const happened = types.reduce((sum, type) => sum + (events.get(type) ?? 0), 0)
        expect([name, told]).toEqual([name, happened])
        expect(points.length).toBeLessThanOrEqual(cap + 1)
        seen.set(name, (seen.get(name) ?? 0) + happened)
      }
    }),
  )

  // None of them went untried.
  expect(Object.keys(counted).filter(name => seen.get(name) === 0)).toEqual([])
})

/** Of a counter, or of a histogram. */
function countOf(value: unknown): number {
  return typeof value === 'number' ? value : (value as { readonly count: number }).count
}
