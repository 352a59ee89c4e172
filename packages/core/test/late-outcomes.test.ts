import { type Call, observe, type Policy, type PolicyEvent, pipeline, TimeoutError } from '@holdfast/core'
import { Answer, definePolicy, Emitter, type LateOutcome, type Runner, readPolicyOptions } from '@holdfast/core/kernel'
import { layer } from '@holdfast/fixtures/layer'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import {
  countCollected,
  rejects,
  resolves,
  type Step,
  scripted,
  type VirtualClock,
  virtualClock,
} from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { limiting, passing } from './layers.ts'

/** A limit of 100 ms that tells what arrives after it. */
function telling(clock: VirtualClock, tell: (late: LateOutcome) => void): Policy {
  const emitter = new Emitter<PolicyEvent>(readPolicyOptions('telling', { clock }, {}))
  const link =
    (next: Runner): Runner =>
    (operation, parent) => {
      const answer = new Answer()
      parent.child(1, clock.nowMs() + 100, answer)
      answer.onLate = tell
      const reason = new TimeoutError('telling', 100)
      answer.limit(clock, 100, () => answer.abort({ origin: 'timeout', reason, limitMs: 100 }))
      return answer.promise(next, operation)
    }
  return definePolicy<never, PolicyEvent, object>({ emitter, link }, {})
}

describe('a layer that gives up on its work', () => {
  const late = new Error('late')

  it.each<[string, Step<string>, LateOutcome[]]>([
    ['a value', resolves('late', { afterMs: 200, isDeaf: true }), [{ outcome: 'value' }]],
    ['an error', rejects(late, { afterMs: 200, isDeaf: true }), [{ outcome: 'error', error: late }]],
    ['an error in time', rejects(late, { afterMs: 50 }), []],
    ['a value in time', resolves('up', { afterMs: 50 }), []],
  ])('is told how it ended that nobody waited for: %s', async (_, step, expected) => {
    const clock = virtualClock()
    const told: LateOutcome[] = []

    const end = telling(clock, outcome => told.push(outcome))
      .run(scripted([step], { clock }))
      .catch(() => {})
    await clock.runAll()
    await end

    expect(told).toEqual(expected)
  })

  it('reports no fault when a value comes that nobody discards', async () => {
    const clock = virtualClock()
    const faults: unknown[] = []
    onTestFinished(observe({ fault: fault => faults.push(fault) }))
    const step = resolves('late', { afterMs: 200, isDeaf: true })

    const ends = [limiting({ clock, limitMs: 100 }), pipeline(limiting({ clock, limitMs: 100 }))].map((policy, index) =>
      rejectionOf(policy.run(scripted([step], { clock }), index === 0 ? undefined : { timeoutMs: 1_000 })),
    )
    await clock.runAll()
    await Promise.all(ends)

    expect(faults).toEqual([])
  })

  it('keeps nothing of it in a long-lived call around it, once it has ended', async () => {
    const clock = virtualClock()
    const { signal } = new AbortController()
    const signals: WeakRef<object>[] = []
    const policy = limiting({ clock, limitMs: 100 })
    const step = resolves('late', { afterMs: 200, isDeaf: true })

    const collected = passing({ clock }).run(
      async call => {
        for (let job = 0; job < 100; job++) {
          const operation = scripted([step], { clock })
          const work = (inner: Call): PromiseLike<string> | string => {
            signals.push(new WeakRef(inner.signal))
            return operation(inner)
          }
          const rejection = rejectionOf(policy.run(work, call))
          await clock.advance(200)
          await rejection
        }
        return countCollected(signals)
      },
      { signal },
    )

    expect(await collected).toBeGreaterThan(90)
  })

  it('keeps nothing of it in a call that it serves again and again', async () => {
    const clock = virtualClock()
    const signals: WeakRef<object>[] = []
    const hundredfold = layer(clock, next => (operation, call) => {
      const attempt = (left: number): ReturnType<typeof next> =>
        next(operation, call).catch(() => (left === 0 ? countCollected(signals) : attempt(left - 1))) as never
      return attempt(99) as never
    })
    const collected = pipeline(hundredfold, limiting({ clock, limitMs: 100 })).run<unknown>(
      call => {
        signals.push(new WeakRef(call.signal))
        return new Promise(resolve => {
          clock.setTimeout(() => resolve('late'), 200)
        })
      },
      { signal: new AbortController().signal },
    )
    await clock.runAll()

    expect(await collected).toBeGreaterThan(90)
  })
})
