import { bulkhead, circuitBreaker, consecutiveFailures, failureRate, pipeline, timeout } from 'holdfast'
import CircuitBreaker from 'opossum'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { deferred, failing, hanging, settled } from './given.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('opossum and the policies', () => {
  test('open at the first failure, and at the fifth in a row', async () => {
    const theirs = new CircuitBreaker(failing())
    const ours = circuitBreaker()

    await settled(theirs.fire())
    for (let call = 0; call < 4; call += 1) await settled(ours.run(failing()))
    expect([theirs.opened, ours.state]).toEqual([true, 'closed'])

    await settled(ours.run(failing()))
    expect(ours.state).toBe('open')
    theirs.shutdown()
  })

  test('open above the threshold, and at it', async () => {
    const outcomes = ['good', 'bad']
    const act = (outcome: string) => (outcome === 'bad' ? Promise.reject(new Error('down')) : Promise.resolve(outcome))
    const theirs = new CircuitBreaker(act, { errorThresholdPercentage: 50 })
    const ours = circuitBreaker({ trip: failureRate({ threshold: 0.5, windowCalls: 2 }) })

    for (const outcome of outcomes) {
      await settled(theirs.fire(outcome))
      await settled(ours.run(() => act(outcome)))
    }

    expect([theirs.opened, ours.state]).toEqual([false, 'open'])
    theirs.shutdown()
  })

  test('free the slot at the timeout, and when the work has ended', async () => {
    const theirs = new CircuitBreaker(hanging, { capacity: 1, timeout: 10, volumeThreshold: 100 })
    const ours = pipeline(bulkhead({ maxConcurrent: 1 }), timeout({ timeoutMs: 10 }))
    const fireTwice = async (fire: () => Promise<unknown>): Promise<unknown> => {
      for (let call = 0; call < 2; call += 1) {
        const end = settled(fire())
        await vi.advanceTimersByTimeAsync(10)
        if (call === 1) return end
      }
      return undefined
    }

    expect(await fireTwice(() => theirs.fire())).toMatchObject({ code: 'ETIMEDOUT' })
    expect(await fireTwice(() => ours.run(hanging))).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL' })
    theirs.shutdown()
  })

  test('write on the options, and do not', () => {
    const theirs = {}
    const ours = Object.freeze({})

    new CircuitBreaker(hanging, theirs).shutdown()
    circuitBreaker(ours)

    expect(Object.keys(theirs).length).toBeGreaterThan(0)
  })

  test('close by a late result, and do not', async () => {
    const [early, late] = [deferred(), deferred()]
    const act = (answer: Promise<string>) => answer
    const theirs = new CircuitBreaker(act, { timeout: false, resetTimeout: 100 })
    const ours = circuitBreaker({ openMs: 100, trip: consecutiveFailures(1) })
    const starts = [settled(theirs.fire(early.promise)), settled(ours.run(() => early.promise))]
    theirs.open()
    await settled(ours.run(failing()))
    await vi.advanceTimersByTimeAsync(100)
    void settled(ours.run(() => late.promise))
    expect([theirs.halfOpen, ours.state]).toEqual([true, 'halfOpen'])

    early.resolve('late')
    await Promise.all(starts)

    expect([theirs.closed, ours.state]).toEqual([true, 'halfOpen'])
    theirs.shutdown()
  })

  test('abort all calls at one timeout, and the one', async () => {
    const abortController = new AbortController()
    const theirs = new CircuitBreaker(hanging, { timeout: 10, abortController })
    const signals: AbortSignal[] = []
    const ours = timeout({ timeoutMs: ({ attempt, context }) => ('quick' in context ? 10 : 10_000 * attempt) })
    const call = ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal)
      return hanging()
    }
    void settled(theirs.fire())
    void settled(ours.run(call, { context: { quick: true } }))
    void settled(ours.run(call))

    await vi.advanceTimersByTimeAsync(10)

    expect(abortController.signal.aborted).toBe(true)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    theirs.shutdown()
  })

  test('count a success where errorFilter says yes, and nothing where ignores does', async () => {
    const succeeded = vi.fn()
    const theirs = new CircuitBreaker(failing(), { errorFilter: () => true })
    theirs.on('success', succeeded)
    const ours = circuitBreaker({ trip: consecutiveFailures(2), ignores: ({ error }) => error instanceof RangeError })

    expect(await settled(theirs.fire())).toEqual(new Error('down'))
    await settled(ours.run(failing()))
    await settled(ours.run(() => Promise.reject(new RangeError('says nothing'))))
    await settled(ours.run(failing()))

    expect(succeeded).toHaveBeenCalledTimes(1)
    expect(ours.state).toBe('open')
    theirs.shutdown()
  })
})
