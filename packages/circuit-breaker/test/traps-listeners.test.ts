import type { CircuitBreaker, CircuitEvent } from '@holdfast/circuit-breaker'
import { observe } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, type VirtualClock, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

type EventType = CircuitEvent['type']

const down = (): Promise<never> => Promise.reject(new Error('down'))

/** All that a listener can do to a breaker. */
const methods: Readonly<Record<string, (breaker: CircuitBreaker) => unknown>> = {
  'run, with success': breaker => breaker.run(() => 'up').catch(() => {}),
  'run, with failure': breaker => rejectionOf(breaker.run(down)),
  'run, aborted': breaker => rejectionOf(breaker.run(() => 'up', { signal: AbortSignal.abort('enough') })),
  'tryAcquire, with success': breaker => breaker.tryAcquire()?.success(),
  'tryAcquire, with failure': breaker => breaker.tryAcquire()?.failure(),
  'tryAcquire, ignored': breaker => breaker.tryAcquire()?.ignore(),
  'record a failure': breaker => breaker.record('failure'),
  'record a success': breaker => breaker.record('success'),
  isolate: breaker => breaker.isolate(),
  close: breaker => breaker.close(),
  'isolate and close': breaker => {
    breaker.isolate()
    breaker.close()
  },
  snapshot: breaker => breaker.snapshot(),
  state: breaker => breaker.state,
  subscribe: breaker => breaker.subscribe(() => {}),
  'subscribe and leave': breaker => breaker.subscribe(() => {})(),
}

const types: readonly EventType[] = [
  'circuit.opened',
  'circuit.rejected',
  'circuit.halfOpened',
  'circuit.closed',
  'circuit.restoreFailed',
]

/** From which states an event may lead, and where to: what makes the order of events right. */
const transitions: Readonly<Record<EventType, (event: CircuitEvent) => readonly [from: string, to: string][]>> = {
  'circuit.opened': event => {
    const { cause } = event as Extract<CircuitEvent, { type: 'circuit.opened' }>
    if (cause === 'tripped') return [['closed', 'open']]
    if (cause === 'probe') return [['halfOpen', 'open']]
    return ['closed', 'open', 'halfOpen', 'isolated'].map(from => [from, 'isolated'])
  },
  'circuit.halfOpened': () => [['open', 'halfOpen']],
  'circuit.closed': event => {
    const { cause } = event as Extract<CircuitEvent, { type: 'circuit.closed' }>
    const from = cause === 'probe' ? ['halfOpen'] : ['open', 'halfOpen', 'isolated']
    return from.map(state => [state, 'closed'])
  },
  'circuit.rejected': () => ['open', 'halfOpen', 'isolated'].map(state => [state, state]),
  'circuit.restoreFailed': () => [['closed', 'closed']],
}

/** The state that a breaker must have that told these events; throws where one cannot follow those before it. */
function stateAfter(events: readonly CircuitEvent[]): string {
  return events.reduce((state, event) => {
    const step = transitions[event.type](event).find(([from]) => from === state)
    if (step === undefined) throw new Error(`${event.type} cannot follow ${state}`)
    return step[1]
  }, 'closed')
}

/** Goes through all states, so that there are events of all types. */
async function live(breaker: CircuitBreaker, clock: VirtualClock): Promise<void> {
  await clock.settle()
  await fail(breaker, 2)
  await clock.advance(1_000)
  await fail(breaker)
  await clock.advance(1_000)
  await breaker.run(() => 'up').catch(() => {})
  breaker.isolate()
  breaker.close()
  await clock.settle()
}

/** Acts on events of a type, but not on those that it causes itself, which would go on for ever. */
function onEvent(type: EventType, act: () => unknown): (event: CircuitEvent) => unknown {
  let isActing = false
  return event => {
    if (event.type !== type || isActing) return undefined
    isActing = true
    return Promise.resolve(act()).finally(() => {
      isActing = false
    })
  }
}

describe.each(types)('traps of listeners, at %s', type => {
  it.each(Object.entries(methods))(
    'a listener that calls the breaker neither deadlocks it nor reorders events: %s',
    async (_, method) => {
      const clock = virtualClock()
      const breaker = brittle(clock, { restore: 'garbage' })
      const before = record(breaker)
      let acts = 0
      const leave = breaker.subscribe(
        onEvent(type, () => {
          acts++
          return method(breaker)
        }),
      )
      const after = record(breaker)

      await live(breaker, clock)

      expect(acts).toBeGreaterThan(0)
      expect(after.events).toEqual(before.events)
      expect(stateAfter(before.events)).toBe(breaker.state)
      leave()
      breaker.close()
      await succeed(breaker)
      expect(clock.pendingTimers).toBe(0)
    },
  )

  it('a listener that waits for the circuit neither deadlocks it nor reorders events', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { restore: 'garbage' })
    const { events } = record(breaker)
    let awaited = 0
    let woken = 0
    breaker.subscribe(event => {
      if (event.type !== type) return
      awaited++
      void breaker.whenAvailable().then(() => woken++)
    })

    await live(breaker, clock)

    expect(awaited).toBeGreaterThan(0)
    expect(woken).toBe(awaited)
    expect(stateAfter(events)).toBe('closed')
    expect(clock.pendingTimers).toBe(0)
  })

  it('an observer of the process that calls the breaker neither deadlocks it nor reorders events', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { restore: 'garbage' })
    const { events } = record(breaker)
    const act = onEvent(type, () => {
      breaker.isolate()
      breaker.close()
      return breaker.run(() => 'up')
    })
    onTestFinished(observe({ event: event => event.policy.kind === 'circuit-breaker' && act(event as CircuitEvent) }))

    await live(breaker, clock)

    expect(events.filter(event => event.type === type)).not.toEqual([])
    expect(stateAfter(events)).toBe(breaker.state)
  })
})
