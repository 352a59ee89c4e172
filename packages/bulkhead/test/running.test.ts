import { BulkheadFullError, bulkhead } from '@holdfast/bulkhead'
import { isHoldfastError } from '@holdfast/core'
import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, rejects, resolves, returns, scripted, throws, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

describe.each(placements)('bulkhead $place', ({ put }) => {
  it('answers with what the operation brings: a promise, a plain value', async () => {
    const clock = virtualClock()
    const policy = put(bulkhead({ clock, maxConcurrent: 1 }), clock)
    const operation = scripted([resolves('resolved'), returns('returned')], { clock })

    const answers = [await policy.run(operation), await policy.run(operation)]

    expect(answers).toEqual(['resolved', 'returned'])
  })

  it('rejects with the very error of the operation, frozen or no error at all', async () => {
    const clock = virtualClock()
    const policy = put(bulkhead({ clock, maxConcurrent: 1 }), clock)
    const frozen = Object.freeze(new Error('frozen'))
    const operation = scripted([rejects(frozen), throws(frozen), throws('a word')], { clock })

    const rejections = [
      await rejectionOf(policy.run(operation)),
      await rejectionOf(policy.run(operation)),
      await rejectionOf(policy.run(operation)),
    ]

    expect(rejections[0]).toBe(frozen)
    expect(rejections[1]).toBe(frozen)
    expect(rejections[2]).toBe('a word')
  })

  it('runs as many calls at once as it has slots, and rejects the next', async () => {
    const clock = virtualClock()
    const policy = put(bulkhead({ clock, maxConcurrent: 2 }), clock)

    const calls = [begin(policy), begin(policy)]
    const rejection = await rejectionOf(policy.run(() => 'not called'))

    expect(isHoldfastError(rejection, 'ERR_HOLDFAST_BULKHEAD_FULL')).toBe(true)
    expect(await Promise.all(calls.map(call => call.succeed()))).toEqual(['up', 'up'])
  })

  it('gives the slot back after a value, a rejection and a synchronous throw', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1 })
    const policy = put(slots, clock)
    const operation = scripted([returns(1), resolves(2), rejects(new Error('3')), throws(new Error('4'))], { clock })

    for (let call = 0; call < 4; call++) await policy.run(operation).catch(() => {})

    expect(operation.calls).toHaveLength(4)
    expect([slots.active, slots.queued, clock.pendingTimers]).toEqual([0, 0, 0])
  })

  it('never calls the operation when the signal has aborted already, and takes no slot', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1 })
    const reason = new Error('enough')

    const rejection = await rejectionOf(
      put(slots, clock).run(scripted<string>([], { clock }), { signal: AbortSignal.abort(reason) }),
    )

    expect(rejection).toBe(reason)
    expect(slots.active).toBe(0)
  })
})

describe('bulkhead', () => {
  it('rejects with a BulkheadFullError that says who, what and what next', async () => {
    const policy = bulkhead({ name: 'reports', maxConcurrent: 1, maxQueued: 1 })
    const calls = [begin(policy), begin(policy)]

    const rejection = await rejectionOf(policy.run(() => 'not called'))

    expect(rejection).toBeInstanceOf(BulkheadFullError)
    expect(rejection).toMatchObject({
      name: 'BulkheadFullError',
      message: 'reports: bulkhead is full, 1 active and 1 queued; try later or elsewhere',
      code: 'ERR_HOLDFAST_BULKHEAD_FULL',
      policy: 'reports',
      active: 1,
      queued: 1,
    })
    for (const call of calls) await call.succeed()
  })

  it('queues nothing by default', async () => {
    const policy = bulkhead({ maxConcurrent: 1 })
    const call = begin(policy)

    const rejection = await rejectionOf(policy.run(() => 'not called'))

    expect(rejection).toMatchObject({ active: 1, queued: 0 })
    await call.succeed()
  })

  it('tells its kind, and its name, which is its kind by default', () => {
    const { name, kind } = bulkhead({ maxConcurrent: 1 })

    expect([name, kind, bulkhead({ name: 'reports', maxConcurrent: 1 }).name]).toEqual([
      'bulkhead',
      'bulkhead',
      'reports',
    ])
  })

  it('runs detached from its object', async () => {
    const { run } = bulkhead({ maxConcurrent: 1 })

    expect(await run(() => 'detached')).toBe('detached')
  })

  it('lets any number of calls in with a maxConcurrent of Infinity', async () => {
    const policy = bulkhead({ maxConcurrent: Infinity })
    const calls = Array.from({ length: 1_000 }, () => begin(policy))

    const { active } = policy
    await Promise.all(calls.map(call => call.succeed()))

    expect([active, policy.active]).toEqual([1_000, 0])
  })

  it('has given the slot back when the caller is answered', async () => {
    const policy = bulkhead({ maxConcurrent: 1 })

    const seen = await policy.run(() => 'up').then(() => policy.active)

    expect(seen).toBe(0)
  })

  it('tells occupancy in each event, after what the event tells', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, name: 'reports', maxConcurrent: 1, maxQueued: 1 })
    const recording = record(policy)

    const calls = [begin(policy), begin(policy)]
    await rejectionOf(policy.run(() => 'not called'))
    await clock.advance(70)
    for (const call of calls) await call.succeed()

    expect(recording.events).toMatchObject([
      { type: 'bulkhead.acquired', waitMs: 0, active: 1, queued: 0, policy: { name: 'reports', kind: 'bulkhead' } },
      { type: 'bulkhead.queued', active: 1, queued: 1, pipeline: 'reports', attempt: 1 },
      { type: 'bulkhead.rejected', reason: 'full', active: 1, queued: 1 },
      { type: 'bulkhead.acquired', waitMs: 70, active: 1, queued: 0, atMs: clock.nowMs() },
    ])
    const callIds = recording.events.map(({ callId }) => callId)
    expect(new Set(callIds).size).toBe(3)
    expect(callIds[3]).toBe(callIds[1])
  })

  it('is not there for calls while enabled says false', async () => {
    let isEnabled = true
    const policy = bulkhead({ maxConcurrent: 1, enabled: () => isEnabled })
    const call = begin(policy)

    isEnabled = false
    const answer = await policy.run(() => 'passed')
    isEnabled = true
    const rejection = await rejectionOf(policy.run(() => 'not called'))

    expect(answer).toBe('passed')
    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL' })
    await call.succeed()
  })
})
