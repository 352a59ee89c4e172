import type { CircuitBreaker, CircuitBreakerOptions } from '@holdfast/circuit-breaker'
import { pipeline } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import { begin, type Pending } from '@holdfast/fixtures/pending'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { VirtualClock } from '@holdfast/testing'
import { brittle } from './brittle.ts'
import { waiting } from './waiting.ts'

/** A way in which a probe ends without a word about the dependency. */
export interface LostProbe<Left = unknown> {
  readonly how: string
  readonly options?: CircuitBreakerOptions
  /** Runs one probe to that end. */
  readonly lose: (breaker: CircuitBreaker, clock: VirtualClock) => Promise<Left>
}

const poison = new Error('poison')

/** Throws over what it was not made for. */
const brokenFor = (given: unknown): boolean => {
  if (given === poison) throw new Error('predicate is broken')
  return false
}

async function abort(start: (signal: AbortSignal) => Pending): Promise<Pending> {
  const controller = new AbortController()
  const probe = start(controller.signal)
  const rejection = rejectionOf(probe.answer)
  controller.abort(new Error('enough'))
  await rejection
  return probe
}

/** Each leaves the work of the probe going on, so that it may bring something late. */
export const cancelledProbes: readonly LostProbe<Pending>[] = [
  {
    how: 'by the signal of its caller',
    lose: breaker => abort(signal => begin(breaker, { signal })),
  },
  {
    how: 'by the limit of its caller',
    lose: async (breaker, clock) => {
      const probe = begin(breaker, { timeoutMs: 100 })
      await Promise.all([rejectionOf(probe.answer), clock.advance(100)])
      return probe
    },
  },
  {
    how: 'with the call whose operation it is in',
    lose: (breaker, clock) =>
      abort(signal => {
        const inner: Pending[] = []
        const outer = pipeline({ clock }).run(
          call => {
            const probe = begin({ ...breaker, run: operation => breaker.run(operation, call) })
            inner.push(probe)
            return probe.answer
          },
          { signal },
        )
        return { ...(inner[0] as Pending), answer: outer }
      }),
  },
  {
    how: 'by a timeout further out that gave it less than half of its limit',
    lose: async (breaker, clock) => {
      const probe = begin(pipeline(cutting({ limitMs: 100, clock }), waiting({ ms: 60, clock }), breaker))
      await Promise.all([rejectionOf(probe.answer), clock.advance(100)])
      return probe
    },
  },
  {
    how: 'by a hedge further out whose race it has lost',
    lose: async (breaker, clock) => {
      const probe = begin(pipeline(cutting({ limitMs: 100, origin: 'loser', clock }), breaker))
      await Promise.all([rejectionOf(probe.answer), clock.advance(100)])
      return probe
    },
  },
]

const failing = (breaker: CircuitBreaker, error: unknown = poison): Promise<unknown> =>
  rejectionOf(breaker.run(() => Promise.reject(error)))

export const lostProbes: readonly LostProbe[] = [
  {
    how: 'hangs',
    lose: async (breaker, clock) => {
      begin(breaker)
      await clock.advance(500)
    },
  },
  {
    how: 'hangs as a permit that is never settled',
    lose: (breaker, clock) => {
      breaker.tryAcquire()
      return clock.advance(500)
    },
  },
  ...(['handles', 'ignores'] as const).map(predicate => ({
    how: `throws in ${predicate}`,
    options: { [predicate]: ({ error }: { readonly error: unknown }) => brokenFor(error) || predicate === 'handles' },
    lose: failing,
  })),
  {
    how: 'throws in handlesResult',
    options: { handlesResult: brokenFor },
    lose: breaker => rejectionOf(breaker.run(() => poison)),
  },
  ...cancelledProbes.map(({ how, lose }) => ({ how: `is cancelled ${how}`, lose })),
  {
    how: 'is rejected by a policy inside',
    lose: (breaker, clock) => {
      const inner = brittle(clock)
      inner.isolate()
      return rejectionOf(pipeline(breaker, inner).run(() => 'not called'))
    },
  },
  { how: 'is ignored', options: { ignores: ({ error }) => error === poison }, lose: failing },
]
