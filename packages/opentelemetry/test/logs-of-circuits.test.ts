import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { logged } from './logged.ts'

const down = new Error('down')

describe('log records of a circuit', () => {
  const guardOf = (name: string) => {
    const clock = virtualClock()
    const settings = { trip: consecutiveFailures(1), openMs: 4_000, random: () => 1, clock }
    return { clock, breaker: circuitBreaker({ name, ...settings }) }
  }

  it('tell each transition, with its cause', async () => {
    const { records } = logged()
    const { clock, breaker } = guardOf('guard')

    await expect(breaker.run(() => Promise.reject(down))).rejects.toBe(down)
    await clock.advance(4_000)
    await breaker.run(() => 'fresh')

    const guard = { 'holdfast.policy.kind': 'circuit-breaker', 'holdfast.policy.name': 'guard' }
    expect(records).toEqual([
      {
        name: 'holdfast.circuit.opened',
        severity: 'WARN',
        body: 'guard: circuit is open (tripped), next probe in 4000 ms',
        attributes: { ...guard, 'holdfast.circuit.cause': 'tripped', 'holdfast.circuit.open_time': 4 },
      },
      {
        name: 'holdfast.circuit.halfOpened',
        severity: 'INFO',
        body: 'guard: circuit is half-open, a probe is on its way',
        attributes: guard,
      },
      {
        name: 'holdfast.circuit.closed',
        severity: 'INFO',
        body: 'guard: circuit is closed again',
        attributes: { ...guard, 'holdfast.circuit.cause': 'probe' },
      },
    ])
  })

  it('tell what was done by hand, with the reason', () => {
    const { records } = logged()
    const { breaker } = guardOf('by hand')

    breaker.isolate({ reason: 'incident 42' })
    breaker.close({ reason: 'it is over' })

    expect(
      records.map(({ severity, body, attributes }) => [severity, body, attributes['holdfast.circuit.reason']]),
    ).toEqual([
      ['WARN', 'by hand: circuit is isolated by hand: incident 42', 'incident 42'],
      ['WARN', 'by hand: circuit is closed by hand: it is over', 'it is over'],
    ])
  })

  it('have one line, whatever the reason has', () => {
    const { records } = logged()
    const { breaker } = guardOf('by hand')

    breaker.isolate({ reason: 'one\r\nERROR forged\u2028line' })

    expect(records[0]?.body).not.toMatch(/[\r\n\u2028]/)
  })

  it('tell a snapshot that is of no use', async () => {
    const clock = virtualClock()
    const { records } = logged()

    const breaker = circuitBreaker({ name: 'restored', restore: { version: 99 }, clock })
    await clock.settle()

    expect(breaker.state).toBe('closed')
    expect(records).toMatchObject([{ name: 'holdfast.circuit.restoreFailed', severity: 'WARN' }])
    expect(records[0]?.body).toMatch(/^restored: the circuit starts closed, its snapshot is of no use: ./)
  })
})
