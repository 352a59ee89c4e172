import { circuitBreaker, failureRate } from '@holdfast/circuit-breaker'
import { virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

interface Outcome {
  readonly isFailure: boolean
  /** In which twentieth of the window it ended, on a timeline that never goes back. */
  readonly slot: number
}

const reaches = (threshold: number, minCalls: number, window: readonly Outcome[]): boolean =>
  window.length >= minCalls && window.filter(({ isFailure }) => isFailure).length / window.length >= threshold

const stateWhen = (isOpen: boolean): string => (isOpen ? 'open' : 'closed')

const rarely = fc.nat(40).map(drawn => drawn === 0)
const thresholds = fc.constantFrom(0.01, 0.2, 1 / 3, 0.5, 0.75, 1)

describe('failureRate', () => {
  it('by calls opens exactly when a plain list of the last outcomes says so', () => {
    const cases = fc.record({
      threshold: thresholds,
      windowCalls: fc.integer({ min: 1, max: 200 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      outcomes: fc.array(fc.tuple(fc.boolean(), rarely), { maxLength: 500, size: 'max' }),
    })

    fc.assert(
      fc.property(cases, ({ threshold, windowCalls, share, outcomes }) => {
        const minCalls = Math.max(1, Math.round(share * windowCalls))
        const breaker = circuitBreaker({ trip: failureRate({ threshold, windowCalls, minCalls }) })
        const list: Outcome[] = []
        for (const [isFailure, isReset] of outcomes) {
          breaker.record(isFailure ? 'failure' : 'success')
          list.push({ isFailure, slot: 0 })
          const isOpen = reaches(threshold, minCalls, list.slice(-windowCalls))
          expect(breaker.state).toBe(stateWhen(isOpen))
          if (!isOpen && !isReset) continue
          breaker.close()
          list.length = 0
        }
      }),
    )
  })

  it('by time opens exactly when a plain list of timestamped outcomes says so, in twentieths of the window', () => {
    const cases = fc.record({
      threshold: thresholds,
      minCalls: fc.integer({ min: 1, max: 8 }),
      slotMs: fc.constantFrom(1, 7, 50),
      outcomes: fc.array(
        fc.record({
          isFailure: fc.boolean(),
          stepMs: fc.oneof(fc.nat(20), fc.nat(400), fc.nat(3_000), fc.integer({ min: -500, max: -1 })),
        }),
        { maxLength: 200, size: 'max' },
      ),
    })

    fc.assert(
      fc.property(cases, ({ threshold, minCalls, slotMs, outcomes }) => {
        const clock = virtualClock()
        const windowMs = 20 * slotMs
        const breaker = circuitBreaker({ clock, trip: failureRate({ threshold, windowMs, minCalls }) })
        const slotNow = (): number => Math.floor(clock.nowMs() / slotMs)
        let list: Outcome[] = []
        let slot = 0
        let readSlot = slotNow()
        for (const { isFailure, stepMs } of outcomes) {
          clock.jump(stepMs)
          // A clock that goes back re-bases the window: what is in it ages from the new time on.
          slot += Math.max(0, slotNow() - readSlot)
          readSlot = slotNow()
          breaker.record(isFailure ? 'failure' : 'success')
          list = [...list, { isFailure, slot }].filter(outcome => slot - outcome.slot < 20)
          const isOpen = reaches(threshold, minCalls, list)
          expect(breaker.state).toBe(stateWhen(isOpen))
          if (!isOpen) continue
          breaker.close()
          list = []
        }
      }),
    )
  })
})
