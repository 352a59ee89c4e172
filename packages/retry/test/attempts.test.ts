import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { Thenable } from '@holdfast/fixtures/thenable'
import { constant, retry } from '@holdfast/retry'
import { record, rejects, resolves, returns, scripted, throws, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { callTimes, errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('retry', () => {
  it('answers with the first success and calls no more', async () => {
    const clock = virtualClock()
    const operation = scripted([resolves('product')], { clock })

    const answer = await retry({ clock }).run(operation)

    expect(answer).toBe('product')
    expect(operation.calls).toHaveLength(1)
  })

  it('calls again after each failure until one attempt succeeds', async () => {
    const clock = virtualClock()
    const operation = failing(clock, errors(2), 'product')

    const answer = retry({ clock, backoff }).run(operation)
    await clock.runAll()

    expect(await answer).toBe('product')
    expect(callTimes(operation)).toEqual([0, 100, 200])
  })

  it('retries a synchronous throw like a rejection', async () => {
    const clock = virtualClock()
    const operation = scripted([throws(new Error('at once')), returns('plain')], { clock })

    const answer = retry({ clock, backoff }).run(operation)
    await clock.runAll()

    expect(await answer).toBe('plain')
  })

  it('follows a thenable that is no promise', async () => {
    const clock = virtualClock()

    const answer = await retry({ clock }).run(() => new Thenable('from a thenable'))

    expect(answer).toBe('from a thenable')
  })

  it('calls three times in all by default', async () => {
    const clock = virtualClock()
    const failures = errors(3)
    const operation = failing(clock, failures)

    const rejection = rejectionOf(retry({ clock, backoff }).run(operation))
    await clock.runAll()

    expect(await rejection).toBe(failures[2])
    expect(operation.calls).toHaveLength(3)
  })

  it('waits from 0 to 100 ms, then from 0 to 200 ms, by default', async () => {
    const clock = virtualClock()
    const operation = failing(clock, errors(2), 'product')

    const answer = retry({ clock, random: () => 0.5 }).run(operation)
    await clock.runAll()

    await answer
    expect(callTimes(operation)).toEqual([0, 50, 150])
  })

  it('calls once, and does not wait, where maxAttempts is 1', async () => {
    const clock = virtualClock()
    const [error] = errors(1)
    const operation = failing(clock, [error])

    const rejection = await rejectionOf(retry({ clock, maxAttempts: 1 }).run(operation))

    expect(rejection).toBe(error)
    expect(operation.calls).toHaveLength(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('goes on for as long as it takes where maxAttempts is Infinity', async () => {
    const clock = virtualClock()
    const operation = failing(clock, errors(500), 'at last')

    const answer = retry({ clock, backoff, maxAttempts: Infinity, budget: false }).run(operation)
    await clock.runAll()

    expect(await answer).toBe('at last')
    expect(operation.calls).toHaveLength(501)
  })

  it.each([undefined, null, 0, 'text'])('rejects with what was thrown although it is no error: %s', async thrown => {
    const clock = virtualClock()
    const operation = failing(clock, [thrown, thrown])

    const rejection = rejectionOf(retry({ clock, backoff, maxAttempts: 2 }).run(operation))
    await clock.runAll()

    expect(await rejection).toBe(thrown)
  })

  it('works detached from its policy', async () => {
    const clock = virtualClock()
    const { run } = retry({ clock, backoff })

    const answer = run(failing(clock, errors(1), 'product'))
    await clock.runAll()

    expect(await answer).toBe('product')
  })

  it('lets calls pass as they are while it is not enabled', async () => {
    const clock = virtualClock()
    let isEnabled = false
    const policy = retry({ clock, backoff, enabled: () => isEnabled })
    const [error] = errors(1)

    const whileDisabled = await rejectionOf(policy.run(failing(clock, [error])))
    isEnabled = true
    const whileEnabled = policy.run(failing(clock, [error], 'product'))
    await clock.runAll()

    expect(whileDisabled).toBe(error)
    expect(await whileEnabled).toBe('product')
  })

  it('keeps runs apart that go on at the same time', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff })
    const recording = record(policy)
    const one = scripted([rejects(new Error('one')), resolves('one')], { clock })
    const other = scripted([rejects(new Error('other'), { afterMs: 50 }), resolves('other')], { clock })

    const answers = Promise.all([policy.run(one), policy.run(other)])
    await clock.runAll()

    expect(await answers).toEqual(['one', 'other'])
    expect(new Set(recording.of('retry.succeeded').map(({ callId }) => callId)).size).toBe(2)
  })
})
