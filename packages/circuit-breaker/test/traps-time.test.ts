import { anyOf, circuitBreaker, consecutiveFailures, failureRate, slowCallRate } from '@holdfast/circuit-breaker'
import { begin } from '@holdfast/fixtures/pending'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'
import { recovering } from './recovering.ts'
import { isolated, overTheWire, snapshotAfter } from './snapshots.ts'

const HOUR_MS = 3_600_000
const rate = { threshold: 0.5, windowMs: 1_000, minCalls: 2 }

describe('traps of closing by hand', () => {
  it('close while open leaves no timer that later opens the breaker', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)

    breaker.close()
    await clock.advance(HOUR_MS)

    expect(breaker.state).toBe('closed')
    expect(clock.pendingTimers).toBe(0)
  })

  it('close while probes hang leaves no timer that later opens the breaker', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, { probes: 2 })
    begin(breaker)
    breaker.tryAcquire()

    breaker.close()
    await clock.advance(HOUR_MS)

    expect(breaker.state).toBe('closed')
    expect(clock.pendingTimers).toBe(0)
  })

  it('close while somebody waits for the circuit leaves no timer at all', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    const available = breaker.whenAvailable()

    breaker.close()

    expect(clock.pendingTimers).toBe(0)
    await available
  })
})

describe('traps of windows', () => {
  it.each([
    ['a failureRate', failureRate(rate)],
    ['any of several', anyOf(consecutiveFailures(3), failureRate({ ...rate, minCalls: 3 }), failureRate(rate))],
  ])('expired windows do not count: a 1 s window sees no failures of 1.8 s ago, by %s', async (_, trip) => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip })

    await fail(breaker)
    await clock.advance(1_800)
    await fail(breaker)

    expect(breaker.state).toBe('closed')
  })

  it('expired windows do not count: a 1 s window sees no slow calls of 1.8 s ago', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: slowCallRate({ ...rate, slowerThanMs: 100 }) })
    const [slow, slower] = [breaker.tryAcquire(), breaker.tryAcquire()]

    await clock.advance(101)
    slow?.success()
    await clock.advance(1_800)
    slower?.success()

    expect(breaker.state).toBe('closed')
  })

  it('expired windows do not count, wherever in a window the clock happens to stand', async () => {
    const clock = virtualClock()
    const states = new Set<string>()

    for (let offsetMs = 0; offsetMs < 1_000; offsetMs++) {
      const breaker = circuitBreaker({ clock, trip: failureRate(rate) })
      breaker.record('failure')
      clock.jump(1_000)
      breaker.record('failure')
      states.add(breaker.state)
      clock.jump(1)
    }

    expect(states).toEqual(new Set(['closed']))
  })

  it('expired windows do not count in a window whose twentieths are no whole milliseconds', () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: failureRate({ ...rate, windowMs: 999 }) })
    clock.jump(23_976 - clock.nowMs())

    breaker.record('failure')
    clock.jump(999)
    breaker.record('failure')

    expect(breaker.state).toBe('closed')
  })

  it('a clock that steps back does not roll the window with each call', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: failureRate({ threshold: 1, windowMs: 1_000, minCalls: 50 }) })

    for (let call = 0; call < 50; call++) {
      await fail(breaker)
      clock.jump(-60)
    }

    expect(breaker.state).toBe('open')
  })

  it('a clock that steps back and on again by a millisecond does not roll the window with each call', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: failureRate({ threshold: 1, windowMs: 1_000, minCalls: 50 }) })

    for (let call = 0; call < 50; call++) {
      await fail(breaker)
      clock.jump(call % 2 === 0 ? -1 : 1)
    }

    expect(breaker.state).toBe('open')
  })

  it('a clock that steps back an hour does not roll the window with each call until it has caught up', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: failureRate({ threshold: 1, windowMs: 1_000, minCalls: 51 }) })
    await fail(breaker)

    clock.jump(-HOUR_MS)
    await fail(breaker, 49)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })
})

describe('traps of restored circuits', () => {
  it('time that passed while the process was down is not forgotten', async () => {
    const clock = virtualClock()
    const restore = await snapshotAfter(clock, 100)

    await clock.advance(600)
    const breaker = brittle(clock, { restore })
    const rejection = await rejectionOf(breaker.run(() => 'not called'))
    await clock.advance(300)
    const answer = await breaker.run(() => 'probe')

    expect(rejection).toMatchObject({ retryAfterMs: 300 })
    expect(answer).toBe('probe')
  })

  it('an open circuit does not become half-open at once', async () => {
    const clock = virtualClock()
    const restore = overTheWire(await snapshotAfter(clock, 100))

    const breaker = brittle(clock, { restore })
    const permit = breaker.tryAcquire()
    await clock.advance(899)
    const lastPermit = breaker.tryAcquire()

    expect([permit, lastPermit]).toEqual([undefined, undefined])
    expect(breaker.state).toBe('open')
  })

  it('an isolated state can be released by hand, also by a process that restored it twice', async () => {
    const clock = virtualClock()
    const once = brittle(clock, { restore: overTheWire(isolated(clock).snapshot()) })
    const twice = brittle(clock, { restore: overTheWire(once.snapshot()) })

    const before = twice.state
    twice.close()
    await succeed(twice)

    expect([before, twice.state]).toEqual(['isolated', 'closed'])
    expect(twice.snapshot()).toMatchObject({ state: 'closed' })
  })
})
