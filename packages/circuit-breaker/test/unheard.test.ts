import { circuitBreaker } from '@holdfast/circuit-breaker'
import { Dependent } from '@holdfast/core/kernel'
import { countedClock } from '@holdfast/fixtures/counted-clock'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

/** How often the clock is read as a circuit opens, rejects a call, lets a probe through, and closes. */
async function readings(isHeard: boolean): Promise<number[]> {
  const clock = countedClock()
  const breaker = brittle(clock)
  if (isHeard) breaker.subscribe(() => {})
  const read = [clock.readings]
  const note = (): void => void read.push(clock.readings - read.reduce((sum, one) => sum + one, 0))

  await fail(breaker)
  note()
  await fail(breaker)
  note()
  await clock.advance(1_000)
  const probe = breaker.tryAcquire()
  note()
  probe?.success()
  note()

  return read.slice(1)
}

describe('a circuit breaker that nobody listens to', () => {
  it('reads the clock for its decisions, and for no event', async () => {
    const [unheard, heard] = [await readings(false), await readings(true)]

    // When it opened; whether it is over, and how long it still takes; whether it is over.
    expect(unheard).toEqual([1, 2, 1, 0])
    // Besides, once for each event, and for how long it still takes.
    expect(heard).toEqual([2, 4, 2, 1])
  })

  it('reads no clock for a snapshot that it does not understand', async () => {
    const clock = countedClock()

    circuitBreaker({ clock, restore: 'garbage' })
    await clock.settle()

    expect(clock.readings).toBe(0)
  })

  it('reads no clock for those who ask whether it is available while it is closed', async () => {
    const clock = countedClock()

    await circuitBreaker({ clock }).whenAvailable()

    expect(clock.readings).toBe(0)
  })

  it('reads no clock for calls without a limit, where a strategy counts without it', async () => {
    const clock = countedClock()
    const breaker = circuitBreaker({ clock, handlesResult: () => false })

    await breaker.run(() => 'up')
    await breaker.run(() => 'up', { signal: new AbortController().signal })
    breaker.tryAcquire()?.success()

    expect(clock.readings).toBe(0)
  })

  it('sets and clears no timer for calls, nor as it opens and closes', async () => {
    const clock = countedClock()
    const [setTimeout, clearTimeout] = [vi.spyOn(clock, 'setTimeout'), vi.spyOn(clock, 'clearTimeout')]
    const breaker = brittle(clock, { handlesResult: () => false })

    await succeed(breaker)
    await fail(breaker, 2)
    breaker.isolate()
    breaker.close()

    expect(setTimeout).not.toHaveBeenCalled()
    expect(clearTimeout).not.toHaveBeenCalled()
  })

  it('prepares for the cancellation of no call that cannot be cancelled', async () => {
    const attach = vi.spyOn(Dependent.prototype, 'attach')
    onTestFinished(() => attach.mockRestore())
    const breaker = circuitBreaker({ handlesResult: () => false })

    await succeed(breaker)

    expect(attach).not.toHaveBeenCalled()
  })
})
