import { bulkhead } from '@holdfast/bulkhead'
import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { keyed } from '@holdfast/core'
import { rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { eventsOf, speaker, started, succeeded } from './events-of.ts'
import { traced } from './traced.ts'

describe('the events of a span through a guard', () => {
  it('tell of the transitions of a circuit that their call caused', async () => {
    const clock = virtualClock()
    const spans = traced()
    const policy = circuitBreaker({
      name: 'guard',
      trip: consecutiveFailures(1),
      openMs: 4_000,
      random: () => 1,
      clock,
    })
    const guard = speaker('circuit-breaker', 'guard')

    const opened = await eventsOf(spans, policy, clock, [rejects(new Error('down'))])
    const rejected = await eventsOf(spans, policy, clock, [])
    await clock.advance(4_000)
    const closed = await eventsOf(spans, policy, clock, [resolves('fresh')])

    expect(opened?.at(-1)).toEqual([
      'circuit.opened',
      { ...guard, 'holdfast.circuit.cause': 'tripped', 'holdfast.circuit.open_time': 4 },
    ])
    expect(rejected).toEqual([
      ['circuit.rejected', { ...guard, 'holdfast.rejection.reason': 'open', 'holdfast.retry_after': 4 }],
    ])
    expect(closed).toEqual([
      ['circuit.halfOpened', guard],
      started(1),
      succeeded(1),
      ['circuit.closed', { ...guard, 'holdfast.circuit.cause': 'probe' }],
    ])
  })

  it('tell of a circuit that only observes, and would have rejected their call', async () => {
    const clock = virtualClock()
    const spans = traced()
    const trip = consecutiveFailures(1)
    const policy = circuitBreaker({ name: 'rolled out', mode: 'observe', trip, openMs: 4_000, random: () => 1, clock })

    await eventsOf(spans, policy, clock, [rejects(new Error('down'))])
    const [first, ...others] = (await eventsOf(spans, policy, clock, [resolves('fresh')])) ?? []

    const facts = { 'holdfast.rejection.reason': 'would_reject', 'holdfast.retry_after': 4 }
    expect(first).toEqual(['circuit.rejected', { ...speaker('circuit-breaker', 'rolled out'), ...facts }])
    expect(others).toEqual([started(1), succeeded(1)])
  })

  it('tell of a wait for a slot, and of a slot that was refused', async () => {
    const clock = virtualClock()
    const spans = traced()
    const policy = bulkhead({ name: 'slots', maxConcurrent: 1, maxQueued: 1, clock })
    const slow = scripted([resolves('first', { afterMs: 500 }), resolves('second')], { clock })

    const calls = [policy.run(slow), policy.run(slow), policy.run(slow)]
    await Promise.allSettled([...calls, clock.runAll()])

    const occupied = (active: number, queued: number): object => ({
      ...speaker('bulkhead', 'slots'),
      'holdfast.bulkhead.active': active,
      'holdfast.bulkhead.queued': queued,
    })
    expect(spans.ended('slots').map(({ events }) => events)).toEqual([
      [['bulkhead.rejected', { ...occupied(1, 1), 'holdfast.rejection.reason': 'full' }]],
      [['bulkhead.acquired', { ...occupied(1, 0), 'holdfast.bulkhead.wait': 0 }], started(1), succeeded(1)],
      [
        ['bulkhead.queued', occupied(1, 1)],
        ['bulkhead.acquired', { ...occupied(1, 0), 'holdfast.bulkhead.wait': 0.5 }],
        started(1),
        succeeded(1),
      ],
    ])
  })

  it('tell of a key that shares a policy, and not which', async () => {
    const clock = virtualClock()
    const spans = traced()
    const inner = () => bulkhead({ maxConcurrent: 9, clock })
    const keys = ['secret-1', 'secret-2']
    const perKey = keyed({ name: 'by key', maxKeys: 1, by: () => keys.shift() ?? '', make: inner, clock })

    const slow = scripted([resolves('fresh', { afterMs: 10 }), resolves('fresh')], { clock })
    await Promise.all([perKey.run(slow), perKey.run(slow), clock.runAll()])

    const overflowed = spans
      .ended('by key')
      .flatMap(({ events }) => events.filter(([name]) => name.startsWith('keyed')))
    expect(overflowed).toEqual([['keyed.overflowed', speaker('keyed', 'by key')]])
    expect(JSON.stringify(spans.ended('by key'))).not.toContain('secret')
  })
})
