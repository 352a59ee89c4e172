import { type CircuitBreakerOptions, circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { pipeline } from '@holdfast/core'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { attempts, measured, seconds } from './measured.ts'

const OPEN_MS = 1_000
const fail = (): Promise<never> => Promise.reject(new RangeError('down'))

function breakerOf(options: Partial<CircuitBreakerOptions>) {
  const clock = virtualClock()
  const settings = { trip: consecutiveFailures(2), openMs: OPEN_MS, random: () => 1, clock }
  const breaker = circuitBreaker({ ...settings, ...options })
  const failing = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) await expect(breaker.run(fail)).rejects.toThrow()
  }
  return { breaker, clock, failing }
}

const state = (name: string): object => ({ 'holdfast.circuit.state': name })
const states = (closed: number, open: number, halfOpen: number, isolated: number): unknown => [
  [state('closed'), closed],
  [state('open'), open],
  [state('half_open'), halfOpen],
  [state('isolated'), isolated],
]

describe('metrics of a circuit', () => {
  it('count its transitions by state and cause, and tell the state it is in', async () => {
    const metrics = measured()
    const { breaker, clock, failing } = breakerOf({ name: 'cycle' })
    const told: unknown[] = []
    const look = async (): Promise<void> => void told.push((await metrics.of('cycle'))['holdfast.circuit.state'])

    await look()
    await failing(2)
    await look()
    await clock.advance(OPEN_MS)
    const probe = breaker.tryAcquire()
    await look()
    probe?.success()
    await look()

    expect(told).toEqual([states(1, 0, 0, 0), states(0, 1, 0, 0), states(0, 0, 1, 0), states(1, 0, 0, 0)])
    const transitions = (await metrics.of('cycle'))['holdfast.circuit.transitions']
    expect(transitions?.map(([attributes, count]) => [withoutPipeline(attributes), count])).toEqual([
      [{ ...state('open'), 'holdfast.circuit.cause': 'tripped' }, 1],
      [{ ...state('half_open'), 'holdfast.circuit.cause': 'elapsed' }, 1],
      [{ ...state('closed'), 'holdfast.circuit.cause': 'probe' }, 1],
    ])
  })

  it('tell a circuit that probes opened again', async () => {
    const metrics = measured()
    const { clock, failing } = breakerOf({ name: 'again' })

    await failing(2)
    await clock.advance(OPEN_MS)
    await failing(1)

    const transitions = (await metrics.of('again'))['holdfast.circuit.transitions']
    expect(transitions?.map(([attributes, count]) => [withoutPipeline(attributes), count])).toEqual([
      [{ ...state('open'), 'holdfast.circuit.cause': 'tripped' }, 1],
      [{ ...state('half_open'), 'holdfast.circuit.cause': 'elapsed' }, 1],
      [{ ...state('open'), 'holdfast.circuit.cause': 'probe' }, 1],
    ])
  })

  it('tell what was done by hand, in no pipeline', async () => {
    const metrics = measured()
    const { breaker } = breakerOf({ name: 'by hand' })

    breaker.isolate({ reason: 'incident 42' })
    const isolated = (await metrics.of('by hand'))['holdfast.circuit.state']
    breaker.close({ reason: 'over' })

    expect(isolated).toEqual(states(0, 0, 0, 1))
    expect(await metrics.of('by hand')).toEqual({
      'holdfast.circuit.state': states(1, 0, 0, 0),
      'holdfast.circuit.transitions': [
        [{ ...state('isolated'), 'holdfast.circuit.cause': 'isolated' }, 1],
        [{ ...state('closed'), 'holdfast.circuit.cause': 'manual' }, 1],
      ],
    })
  })

  it('tell a circuit that was restored open', async () => {
    const { breaker: earlier, clock, failing } = breakerOf({ name: 'earlier' })
    await failing(2)
    const metrics = measured()

    const restored = circuitBreaker({ name: 'restored', restore: earlier.snapshot(), clock })

    expect(restored.state).toBe('open')
    expect(await metrics.of('restored')).toEqual({
      'holdfast.circuit.state': states(0, 1, 0, 0),
      'holdfast.circuit.transitions': [[{ ...state('open'), 'holdfast.circuit.cause': 'restored' }, 1]],
    })
  })

  it('count calls that it rejected, which have no attempt, and name the pipeline that they came by', async () => {
    const metrics = measured()
    const { breaker, clock, failing } = breakerOf({ name: 'closed to all' })
    const orders = pipeline.named('orders', breaker)
    await failing(2)

    await expect(orders.run(() => 'fresh')).rejects.toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
    await expect(breaker.run(() => 'fresh')).rejects.toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })

    const open = { 'holdfast.rejection.reason': 'open' }
    expect((await metrics.of('closed to all'))['holdfast.rejections']).toEqual([
      [{ 'holdfast.pipeline.name': 'orders', ...open }, 1],
      [{ 'holdfast.pipeline.name': 'closed to all', ...open }, 1],
    ])
    const error = { 'holdfast.outcome': 'error', 'error.type': 'ERR_HOLDFAST_CIRCUIT_OPEN' }
    expect(await metrics.of('orders')).toEqual({
      'holdfast.call.duration': [[error, seconds(0)]],
      'holdfast.call.attempts': [[{ 'holdfast.outcome': 'error' }, attempts(0)]],
    })
    expect(clock.pendingTimers).toBe(0)
  })

  it('count calls that one which only observes would have rejected', async () => {
    const metrics = measured()
    const { breaker, failing } = breakerOf({ name: 'rolled out', mode: 'observe' })
    await failing(2)

    await expect(breaker.run(() => 'fresh')).resolves.toBe('fresh')

    const within = { 'holdfast.pipeline.name': 'rolled out' }
    expect((await metrics.of('rolled out'))['holdfast.rejections']).toEqual([
      [{ ...within, 'holdfast.rejection.reason': 'would_reject' }, 1],
    ])
  })

  it('tell how many circuits of one name are in each state', async () => {
    const metrics = measured()
    const circuits = [1, 2, 3].map(() => breakerOf({ name: 'one of many' }))

    await circuits[0]?.failing(2)
    circuits[1]?.breaker.isolate()

    expect((await metrics.of('one of many'))['holdfast.circuit.state']).toEqual(states(1, 1, 0, 1))
  })

  it('tell circuits that were there before', async () => {
    const { failing } = breakerOf({ name: 'older' })
    await failing(2)

    const metrics = measured()

    expect(await metrics.of('older')).toEqual({ 'holdfast.circuit.state': states(0, 1, 0, 0) })
  })
})

function withoutPipeline({
  'holdfast.pipeline.name': _pipeline,
  ...others
}: Readonly<Record<string, unknown>>): object {
  return others
}
