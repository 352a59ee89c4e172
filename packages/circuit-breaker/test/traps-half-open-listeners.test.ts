import { begin } from '@holdfast/fixtures/pending'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail } from './brittle.ts'

describe('traps of listeners', () => {
  it.each(['succeed', 'fail'] as const)(
    'a listener that isolates the circuit as it becomes half-open is obeyed, whatever the probe brings: %s',
    async end => {
      const clock = virtualClock()
      const breaker = brittle(clock)
      breaker.subscribe(({ type }) => type === 'circuit.halfOpened' && breaker.isolate())
      await fail(breaker)
      await clock.advance(1_000)

      const probe = begin(breaker)
      const before = breaker.state
      await probe[end]()

      expect([before, breaker.state]).toEqual(['isolated', 'isolated'])
    },
  )

  it('a listener that isolates the circuit as it becomes half-open is obeyed, also when the probe hangs', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probeTimeoutMs: 500 } })
    breaker.subscribe(({ type }) => type === 'circuit.halfOpened' && breaker.isolate())
    await fail(breaker)
    await clock.advance(1_000)

    begin(breaker)
    await clock.advance(500)

    expect(breaker.state).toBe('isolated')
  })

  it('a listener that closes the circuit as it becomes half-open is obeyed, and the probe counts nothing', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    breaker.subscribe(({ type }) => type === 'circuit.halfOpened' && breaker.close())
    await fail(breaker)
    await clock.advance(1_000)

    await fail(breaker)

    expect(breaker.state).toBe('closed')
  })
})
