import { circuitBreaker } from '@holdfast/circuit-breaker'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail } from './brittle.ts'

const open = { version: 1, state: 'open', openUntilEpochMs: 0, trips: 1, reason: null }

describe('restore of a circuit breaker', () => {
  it.each([
    ['text', 'expected an object, got "text"'],
    [null, 'expected an object, got null'],
    [7, 'expected an object, got 7'],
    [[], 'expected version 1, got undefined'],
    [{}, 'expected version 1, got undefined'],
    [{ ...open, version: 2 }, 'expected version 1, got 2'],
    [{ ...open, state: 'halfOpen' }, 'expected a state, got "halfOpen"'],
    [{ ...open, state: undefined }, 'expected a state, got undefined'],
    [{ ...open, openUntilEpochMs: 'soon' }, 'expected openUntilEpochMs, got "soon"'],
    [{ ...open, openUntilEpochMs: undefined }, 'expected openUntilEpochMs, got undefined'],
    [{ ...open, openUntilEpochMs: Number.NaN }, 'expected openUntilEpochMs, got NaN'],
    [{ ...open, openUntilEpochMs: Infinity }, 'expected openUntilEpochMs, got Infinity'],
    [{ ...open, trips: -1 }, 'expected a number of trips, got -1'],
    [{ ...open, trips: 1.5 }, 'expected a number of trips, got 1.5'],
    [{ ...open, trips: null }, 'expected a number of trips, got null'],
    [{ ...open, reason: 5 }, 'expected a reason, got 5'],
    [{ ...open, reason: undefined }, 'expected a reason, got undefined'],
  ])('starts closed, and says what is wrong, with %o', async (restore, problem) => {
    const clock = virtualClock()

    const breaker = circuitBreaker({ clock, restore })
    const { events } = record(breaker)
    await clock.settle()

    expect(breaker.state).toBe('closed')
    expect(events).toMatchObject([{ type: 'circuit.restoreFailed', problem }])
  })

  it('works as if there were no snapshot then', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { restore: { ...open, version: 2 } })

    await fail(breaker)

    expect(breaker.snapshot()).toMatchObject({ state: 'open', trips: 1 })
  })

  it('says nothing when there is no snapshot', async () => {
    const clock = virtualClock()

    const breaker = circuitBreaker({ clock, restore: undefined })
    const { events } = record(breaker)
    await clock.settle()

    expect(events).toEqual([])
  })

  it('shows no control characters of a snapshot that came from elsewhere', async () => {
    const clock = virtualClock()

    const breaker = circuitBreaker({ clock, restore: { ...open, state: 'x\u001b[31m\u0000y' } })
    const recording = record(breaker)
    await clock.settle()

    expect(recording.of('circuit.restoreFailed')[0]?.problem).toBe('expected a state, got "x[31my"')
  })

  it('keeps 120 characters of a reason that came from elsewhere, without control characters', () => {
    const reason = `a\u0000\n\u001b[31mb${'c'.repeat(500)}`

    const breaker = circuitBreaker({ restore: { ...open, state: 'isolated', reason } })

    expect(breaker.snapshot().reason).toBe(`a[31mb${'c'.repeat(111)}`)
  })

  it('takes no prototype from a snapshot', async () => {
    const clock = virtualClock()
    const restore: unknown = JSON.parse('{"__proto__":{"version":1},"state":"isolated"}')

    const breaker = circuitBreaker({ clock, restore })

    expect(breaker.state).toBe('closed')
    expect('version' in {}).toBe(false)
  })
})
