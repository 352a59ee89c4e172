import { type CircuitBreakerOptions, circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { observe } from '@holdfast/core'
import { record, seededRandom, unhandledRejectionsOf, type VirtualClock, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { brittle, fail } from './brittle.ts'

/** The open times of a breaker whose probes all fail. */
async function openTimes(clock: VirtualClock, options: CircuitBreakerOptions, trips: number): Promise<number[]> {
  const breaker = brittle(clock, options)
  const recording = record(breaker)
  for (let trip = 0; trip < trips; trip++) {
    await fail(breaker)
    await clock.advance(recording.of('circuit.opened').at(-1)?.openMs ?? Number.NaN)
  }
  return recording.of('circuit.opened').map(({ openMs }) => openMs)
}

describe('the open time of a circuit breaker', () => {
  it.each([
    [0, 500],
    [0.5, 750],
    [1, 1_000],
    [Number.NaN, 1_000],
    [-3, 500],
    [7, 1_000],
  ])('is drawn from its upper half: for a draw of %d it is %i of 1000 ms', async (drawn, expected) => {
    const times = await openTimes(virtualClock(), { random: () => drawn }, 1)

    expect(times).toEqual([expected])
  })

  it('is 2500 to 5000 ms by default', async () => {
    const [least, most] = [0, 1].map(drawn => {
      const clock = virtualClock()
      const breaker = circuitBreaker({ clock, trip: consecutiveFailures(1), random: () => drawn })
      const recording = record(breaker)
      breaker.record('failure')
      return recording.of('circuit.opened')[0]?.openMs
    })

    expect([least, most]).toEqual([2_500, 5_000])
  })

  it('is drawn anew for each trip', async () => {
    const times = await openTimes(virtualClock(), { random: seededRandom(7) }, 20)

    expect(new Set(times).size).toBe(20)
    expect(times.every(openMs => openMs >= 500 && openMs <= 1_000)).toBe(true)
  })

  it('may grow with the number of trips', async () => {
    const times = await openTimes(virtualClock(), { openMs: ({ trips }) => 100 * 2 ** trips }, 4)

    expect(times).toEqual([200, 400, 800, 1_600])
  })

  it('starts small again once the circuit has been closed', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { openMs: ({ trips }) => 100 * trips })
    const recording = record(breaker)
    await fail(breaker)
    await clock.advance(100)
    await fail(breaker)
    await clock.advance(200)

    await breaker.run(() => 'up')
    await fail(breaker)

    expect(recording.of('circuit.opened').map(({ trips, openMs }) => ({ trips, openMs }))).toEqual([
      { trips: 1, openMs: 100 },
      { trips: 2, openMs: 200 },
      { trips: 1, openMs: 100 },
    ])
  })

  it('is none when the function says 0', async () => {
    const times = await openTimes(virtualClock(), { openMs: () => 0 }, 1)

    expect(times).toEqual([0])
  })

  it('is without end when the function says Infinity', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { openMs: () => Infinity })
    const recording = record(breaker)

    await fail(breaker)

    expect(recording.of('circuit.opened')).toMatchObject([{ openMs: Infinity }])
  })

  it.each([
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    ['1s', '"1s"'],
    ['1000', '"1000"'],
    [undefined, 'undefined'],
    [Promise.resolve(1), 'an object'],
  ])('is 5000 ms at most, and a fault is reported, when the function returns %o', async (said, shown) => {
    const fault = vi.fn()
    onTestFinished(observe({ fault }))

    const times = await openTimes(virtualClock(), { name: 'catalogue', openMs: () => said as number }, 1)

    expect(times).toEqual([5_000])
    expect(fault).toHaveBeenCalledExactlyOnceWith({
      error: new TypeError(`it must return milliseconds, at least 0, got ${shown}`),
      source: 'openMs of catalogue',
    })
  })

  it('is 5000 ms at most, and a fault is reported, when the function throws', async () => {
    const error = new Error('no idea')
    const fault = vi.fn()
    onTestFinished(observe({ fault }))
    const openMs = (): never => {
      throw error
    }

    const times = await openTimes(virtualClock(), { name: 'catalogue', openMs }, 1)

    expect(times).toEqual([5_000])
    expect(fault).toHaveBeenCalledExactlyOnceWith({ error, source: 'openMs of catalogue' })
  })

  it('gives way to an isolation by the function', async () => {
    const breaker = brittle(virtualClock(), {
      openMs: () => {
        breaker.isolate({ reason: 'trips too often' })
        return 1_000
      },
    })

    await fail(breaker)

    expect(breaker.state).toBe('isolated')
  })

  it('leaves no rejection unhandled when the function returns a promise that rejects', async () => {
    onTestFinished(observe({ fault: () => {} }))
    const openMs = (() => Promise.reject(new Error('no idea'))) as unknown as () => number

    const unhandled = await unhandledRejectionsOf(() => openTimes(virtualClock(), { openMs }, 1))

    expect(unhandled).toEqual([])
  })

  it('is the longest when random throws: a broken die must not keep a circuit closed', async () => {
    const clock = virtualClock()
    const error = new Error('broken die')
    const fault = vi.fn()
    onTestFinished(observe({ fault }))
    const random = (): never => {
      throw error
    }
    const breaker = brittle(clock, { name: 'catalogue', random })
    const recording = record(breaker)

    await fail(breaker)

    expect(recording.of('circuit.opened').map(({ openMs }) => openMs)).toEqual([1_000])
    expect(fault).toHaveBeenCalledExactlyOnceWith({ error, source: 'random of catalogue' })
  })
})
