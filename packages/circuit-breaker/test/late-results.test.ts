import { begin } from '@holdfast/fixtures/pending'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

describe('a result that comes late', () => {
  it('of a call admitted before the circuit closed again does not count against it', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const old = begin(breaker)
    await fail(breaker)
    await clock.advance(1_000)
    await succeed(breaker)

    await old.fail()

    expect(breaker.state).toBe('closed')
  })

  it('of a probe neither closes the circuit that another probe has opened nor decides the next round', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probes: 2 } })
    const recording = record(breaker)
    await fail(breaker)
    await clock.advance(1_000)
    const [one, other] = [begin(breaker), begin(breaker)]
    await one.fail()
    await clock.advance(1_000)

    const next = begin(breaker)
    await other.succeed()

    expect(breaker.state).toBe('halfOpen')
    await next.fail()
    expect(recording.types).toEqual([
      'circuit.opened',
      'circuit.halfOpened',
      'circuit.opened',
      'circuit.halfOpened',
      'circuit.opened',
    ])
  })

  it('of a probe of an earlier round frees no place in this one', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probes: 2 } })
    await fail(breaker)
    await clock.advance(1_000)
    const [one, other] = [begin(breaker), begin(breaker)]
    await one.fail()
    await clock.advance(1_000)

    const taken = [breaker.tryAcquire(), breaker.tryAcquire()]
    await other.succeed()
    const third = breaker.tryAcquire()

    expect(taken).not.toContain(undefined)
    expect(third).toBeUndefined()
    for (const permit of taken) permit?.ignore()
  })

  it('of a call admitted before an isolation does not open the circuit that was closed by hand since', async () => {
    const breaker = brittle(virtualClock())
    const old = begin(breaker)
    breaker.isolate()
    breaker.close()

    await old.fail()

    expect(breaker.state).toBe('closed')
  })
})
