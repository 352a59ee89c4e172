import { type Listener, observe, type PolicyEvent, pipeline } from '@holdfast/core'
import { definePolicy, Emitter, type Facts, type Runner, readPolicyOptions } from '@holdfast/core/kernel'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { passing, repeating, telling } from './layers.ts'

const down = new Error('down')

describe('subscribe', () => {
  it('tells what, who, in which run and attempt, and when', async () => {
    const clock = virtualClock()
    const layers = pipeline(repeating({ times: 2, clock }), passing({ name: 'users', clock }), { name: 'catalogue' })
    const recording = record(layers)

    await layers.run(({ attempt }) => (attempt === 1 ? Promise.reject(down) : 'up'))

    const callId = recording.events[0]?.callId
    const envelope = {
      type: 'passing.passed',
      policy: { name: 'users', kind: 'passing' },
      pipeline: 'catalogue',
      callId,
      atMs: clock.nowMs(),
    }
    expect(recording.events).toEqual([
      { ...envelope, attempt: 1 },
      { ...envelope, attempt: 2 },
    ])
    expect(callId).toBeTypeOf('number')
  })

  it('names the policy as its own pipeline where there is no other', async () => {
    const users = passing({ name: 'users' })
    const recording = record(users)

    await users.run(() => 'up')

    expect(recording.events).toMatchObject([{ pipeline: 'users' }])
  })

  it('gives each run a number of its own', async () => {
    const users = passing()
    const recording = record(users)

    for (let run = 0; run < 3; run++) await users.run(() => 'up')

    expect(new Set(recording.events.map(({ callId }) => callId)).size).toBe(3)
  })

  it('leaves out run and attempt of what no call has caused', () => {
    const clock = virtualClock()
    const policy = telling({ name: 'lamp', clock })
    const recording = record(policy)

    policy.tell('on')

    expect(recording.events).toEqual([
      {
        type: 'telling.told',
        policy: { name: 'lamp', kind: 'telling' },
        pipeline: undefined,
        callId: undefined,
        attempt: undefined,
        atMs: clock.nowMs(),
        word: 'on',
      },
    ])
  })

  it('tells no more once it is stopped, however often', () => {
    const policy = telling()
    const [listener, other] = [vi.fn(), vi.fn()]
    const stop = policy.subscribe(listener)
    policy.subscribe(other)

    policy.tell('heard')
    stop()
    stop()
    policy.tell('unheard')

    expect(listener).toHaveBeenCalledOnce()
    expect(other).toHaveBeenCalledTimes(2)
  })

  it('tells a listener twice that has subscribed twice, and stops one of them at a time', () => {
    const policy = telling()
    const listener = vi.fn()
    const stop = policy.subscribe(listener)
    policy.subscribe(listener)

    policy.tell('twice')
    stop()
    stop()
    policy.tell('once')

    expect(listener.mock.calls.map(([event]) => (event as { word: string }).word)).toEqual(['twice', 'twice', 'once'])
  })

  it('still tells an event to those who were there when it happened', () => {
    const policy = telling()
    const last = vi.fn()
    policy.subscribe(() => stopLast())
    const stopLast = policy.subscribe(last)

    policy.tell('farewell')
    policy.tell('unheard')

    expect(last).toHaveBeenCalledOnce()
  })

  it('refuses what is not a function', () => {
    const policy = passing({ name: 'users' })

    expect(() => policy.subscribe('log' as unknown as Listener<PolicyEvent>)).toThrow(
      new TypeError('users: a listener must be a function'),
    )
  })

  it('works detached', () => {
    const { subscribe, tell } = telling()
    const listener = vi.fn()

    subscribe(listener)
    tell('on')

    expect(listener).toHaveBeenCalledOnce()
  })
})

interface Counted extends PolicyEvent {
  readonly type: 'counting.counted'
  readonly count: number
}

/** A policy that counts how often it builds an event. */
function counting(): { policy: ReturnType<typeof definePolicy<never, Counted, object>>; built: () => number } {
  let count = 0
  const emitter = new Emitter<Counted>(readPolicyOptions('counting', {}, {}))
  const facts = (): Facts<Counted> => ({ type: 'counting.counted', count: ++count })
  const link =
    (next: Runner): Runner =>
    (operation, call) => {
      if (emitter.isHeard) emitter.emit(facts(), call)
      return next(operation, call)
    }
  return { policy: definePolicy<never, Counted, object>({ emitter, link }, {}), built: () => count }
}

describe('an event', () => {
  it('is not built while nobody listens', async () => {
    const { policy, built } = counting()
    policy.subscribe(() => {})()

    await policy.run(() => 'up')

    expect(built()).toBe(0)
  })

  it.each([
    ['a listener', (policy: ReturnType<typeof counting>['policy']) => policy.subscribe(() => {})],
    ['an observer', () => observe({ event: () => {} })],
  ])('is built where %s is there', async (_, listen) => {
    const { policy, built } = counting()
    onTestFinished(listen(policy))

    await policy.run(() => 'up')

    expect(built()).toBe(1)
  })
})
