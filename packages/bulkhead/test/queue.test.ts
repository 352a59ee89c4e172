import { bulkhead } from '@holdfast/bulkhead'
import { observe } from '@holdfast/core'
import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, resolves, scripted, throws, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

describe.each(placements)('the queue of a bulkhead $place', ({ put }) => {
  it('is first in, first out', async () => {
    const clock = virtualClock()
    const policy = put(bulkhead({ clock, maxConcurrent: 1, maxQueued: 10 }), clock)
    const started: number[] = []

    const runs = Array.from({ length: 5 }, (_, number) =>
      policy.run(() => {
        started.push(number)
        return number
      }),
    )
    await Promise.all(runs)

    expect(started).toEqual([0, 1, 2, 3, 4])
  })

  it('has as many places as it is told, and not one more', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 2 })
    const policy = put(slots, clock)

    const calls = [begin(policy), begin(policy), begin(policy)]
    const { queued } = slots
    const rejection = await rejectionOf(policy.run(() => 'not called'))

    expect(queued).toBe(2)
    expect(rejection).toMatchObject({ active: 1, queued: 2 })
    expect(await Promise.all(calls.map(call => call.succeed()))).toEqual(['up', 'up', 'up'])
  })

  it('goes on in order after work that fails or throws', async () => {
    const clock = virtualClock()
    const policy = put(bulkhead({ clock, maxConcurrent: 1, maxQueued: 10 }), clock)
    const operation = scripted([throws(new Error('1')), throws(new Error('2')), resolves('3')], { clock })

    const outcomes = await Promise.allSettled([policy.run(operation), policy.run(operation), policy.run(operation)])

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  })
})

describe('the queue of a bulkhead', () => {
  it('does not reject accepted work because a listener takes what it can', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: 1 })
    const taken: unknown[] = []
    policy.subscribe(() => taken.push(policy.tryAcquire()))
    const [first, second] = [begin(policy), begin(policy)]

    const answers = [await first.succeed(), await second.succeed()]

    expect(answers).toEqual(['up', 'up'])
    expect(taken).toEqual([undefined, undefined, undefined])
  })

  it('keeps its order when a listener runs calls of its own', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: 10 })
    const started: string[] = []
    const run = (name: string): Promise<number> => policy.run(() => started.push(name))
    const own: Promise<unknown>[] = []
    const stop = policy.subscribe(event => {
      if (event.type === 'bulkhead.queued' && own.length === 0) own.push(run('of the listener'))
    })

    await Promise.all([run('first'), run('second'), run('third')])
    await Promise.all(own)
    stop()

    expect(started).toEqual(['first', 'second', 'of the listener', 'third'])
  })

  it('starts work that waited a microtask after the slot was handed over, not within the release', () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: 1 })
    const permit = policy.tryAcquire()
    const started: string[] = []
    void policy.run(() => started.push('work'))

    permit?.release()

    expect(started).toEqual([])
    expect([policy.active, policy.queued]).toEqual([1, 0])
  })

  it('tells how long each call has waited', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 10 })
    const recording = record(policy)
    const operation = scripted(
      [10, 20, 30].map(afterMs => resolves('ok', { afterMs })),
      { clock },
    )

    const runs = [policy.run(operation), policy.run(operation), policy.run(operation)]
    await clock.runAll()
    await Promise.all(runs)

    expect(recording.of('bulkhead.acquired').map(({ waitMs }) => waitMs)).toEqual([0, 10, 30])
  })

  it('tells no wait below 0 when the clock steps back meanwhile', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const recording = record(policy)
    const calls = [begin(policy), begin(policy)]

    clock.jump(-3_600_000)
    for (const call of calls) await call.succeed()

    expect(recording.of('bulkhead.acquired').map(({ waitMs }) => waitMs)).toEqual([0, 0])
  })

  it('survives a listener that throws at each event', async () => {
    onTestFinished(observe({ fault: () => {} }))
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: 1 })
    policy.subscribe(() => {
      throw new Error('listener is broken')
    })
    const calls = [begin(policy), begin(policy)]

    const answers = await Promise.all(calls.map(call => call.succeed()))

    expect(answers).toEqual(['up', 'up'])
    expect(policy.active).toBe(0)
  })
})
