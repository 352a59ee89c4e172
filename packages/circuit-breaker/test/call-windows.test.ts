import { circuitBreaker, failureRate } from '@holdfast/circuit-breaker'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { fail, succeed } from './brittle.ts'

/** The sizes in bytes of what is allocated from now on, in the order of allocation. */
function allocations(): readonly number[] {
  const sizes: number[] = []
  const construct = (Target: typeof Uint8Array, [size]: [number]): Uint8Array => {
    sizes.push(size)
    return new Target(size)
  }
  vi.stubGlobal('Uint8Array', new Proxy(Uint8Array, { construct }))
  onTestFinished(() => void vi.unstubAllGlobals())
  return sizes
}

describe('a window of calls', () => {
  it('takes a byte for each call that it holds, and 64 to begin with', () => {
    const sizes = allocations()
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 1, windowCalls: 150 }) })

    for (let call = 0; call < 64; call++) breaker.record('success')
    const before = [...sizes]
    for (let call = 64; call < 1_000; call++) breaker.record('success')

    expect(before).toEqual([64])
    expect(sizes).toEqual([64, 128, 150])
  })

  it('takes no more than it will ever hold', () => {
    const sizes = allocations()
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 1, windowCalls: 10 }) })

    for (let call = 0; call < 1_000; call++) breaker.record('success')

    expect(sizes).toEqual([10])
  })

  it('forgets the oldest call as it takes a new one, from when it is full', async () => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 1, windowCalls: 2 }) })

    await succeed(breaker, 2)
    await fail(breaker)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('still knows the calls of before it grew', async () => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.5, windowCalls: 100, minCalls: 100 }) })

    await fail(breaker, 49)
    await succeed(breaker, 51 + 49)
    await fail(breaker, 49)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('knows the calls of after it grew', async () => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.5, windowCalls: 100, minCalls: 100 }) })

    await succeed(breaker, 51)
    await fail(breaker, 49)
    await succeed(breaker, 100)
    await fail(breaker, 49)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })
})
