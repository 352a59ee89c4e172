import { hangs, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { type Observer, observe } from 'holdfast'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aftermathOf, everywhere, fulfilled, nothing } from './faults.ts'

const reset = new Error('reset')
const fault: Error = Object.freeze(new Error('fault of an observer'))

const throwing = (): never => {
  throw fault
}
const rejecting = (): Promise<never> => Promise.reject(fault)

/** Observes while the test runs; what observers do wrong is collected. */
function watch(observer: Observer): unknown[] {
  const faults: unknown[] = []
  onTestFinished(observe(observer))
  onTestFinished(observe({ fault: ({ error }) => faults.push(error) }))
  return faults
}

describe.each(everywhere)('an observer of $place', ({ make }) => {
  it.each<[string, Observer]>([
    ['around throws', { around: throwing }],
    ['around rejects', { around: rejecting }],
    ['around hangs', { around: () => new Promise(() => {}) }],
    ['around never calls next', { around: () => {} }],
    [
      'around calls next twice and then throws',
      {
        around: (_, next) => {
          void next()
          void next()
          throw fault
        },
      },
    ],
    ['around answers with something else', { around: (_, next) => next().then(throwing, throwing) }],
    ['event throws', { event: throwing }],
    ['event rejects', { event: rejecting }],
  ])('whose %s changes no outcome, and the operation is called no more often', async (_, observer) => {
    for (const steps of [[resolves('product')], [rejects(reset), rejects(reset)], [hangs(), hangs()]]) {
      const clock = virtualClock()
      const policy = make(clock)
      const operation = scripted(steps, { clock })
      const plain = scripted(steps, { clock })
      const expected = await aftermathOf(make(clock), clock, plain, { timeoutMs: 15_000 })
      const faults = watch(observer)

      const aftermath = await aftermathOf(policy, clock, operation, { timeoutMs: 15_000 })

      expect(aftermath).toEqual({ ...expected, left: nothing })
      expect(operation.calls).toHaveLength(plain.calls.length)
      expect(faults.filter(seen => seen !== fault)).toEqual([])
    }
  })

  it('that stops observing, and starts again, in the middle of an event changes no outcome', async () => {
    const clock = virtualClock()
    const stops: (() => void)[] = []
    const again = (): void => {
      for (const stop of stops.splice(0)) stop()
      stops.push(observe({ event: again }))
    }
    again()
    onTestFinished(() => {
      for (const stop of stops) stop()
    })

    const { end, left, next } = await aftermathOf(make(clock), clock, () => 'product')

    expect([end, left, next]).toEqual([fulfilled('product'), nothing, 'next'])
  })
})

describe.each(everywhere)('discard of a run under $place', ({ make }) => {
  it.each<[string, () => unknown]>([
    ['throws', throwing],
    ['rejects', rejecting],
    ['hangs', () => new Promise(() => {})],
  ])('that %s is called once with the late value, and the caller has its answer', async (_, fail) => {
    const clock = virtualClock()
    const faults = watch({})
    const discarded: unknown[] = []
    const operation = scripted([resolves('late', { afterMs: 5_000, isDeaf: true })], { clock })
    const discard = (value: unknown): unknown => {
      discarded.push(value)
      return fail()
    }

    const { end, left, next } = await aftermathOf(make(clock), clock, operation, { timeoutMs: 1_000, discard })

    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ERR_HOLDFAST_TIMEOUT' } })
    expect(discarded).toEqual(['late'])
    expect([left, next]).toEqual([nothing, 'next'])
    expect(faults).toEqual(fail === throwing || fail === rejecting ? [fault] : [])
  })
})
