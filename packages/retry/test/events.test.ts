import { pipeline } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry } from '@holdfast/retry'
import { record, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('events of retry', () => {
  it('tell of each wait and of the success in the end', async () => {
    const clock = virtualClock()
    const startMs = clock.nowMs()
    const error = Object.assign(new TypeError('fetch failed'), { code: 'ECONNRESET' })
    const policy = retry({ clock, backoff, name: 'orders' })
    const recording = record(policy)

    const answer = policy.run(scripted([rejects(error, { afterMs: 5 }), resolves('product')], { clock }))
    await clock.runAll()
    await answer

    const envelope = {
      policy: { name: 'orders', kind: 'retry' },
      pipeline: 'orders',
      callId: recording.events[0]?.callId,
    }
    expect(recording.events).toEqual([
      {
        ...envelope,
        type: 'retry.scheduled',
        attempt: 1,
        atMs: startMs + 5,
        delayMs: 100,
        error,
        errorName: 'TypeError',
        errorCode: 'ECONNRESET',
        isResult: false,
      },
      { ...envelope, type: 'retry.succeeded', attempt: 2, atMs: startMs + 105, attempts: 2 },
    ])
    expect(recording.events[0]?.callId).toEqual(expect.any(Number))
  })

  it('tell of the last failure when all attempts are used up', async () => {
    const clock = virtualClock()
    const failures = errors(3)
    const policy = retry({ clock, backoff })
    const recording = record(policy)

    const rejection = rejectionOf(policy.run(failing(clock, failures)))
    await clock.runAll()
    await rejection

    expect(recording.types).toEqual(['retry.scheduled', 'retry.scheduled', 'retry.exhausted'])
    expect(recording.events.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(recording.of('retry.exhausted')[0]).toMatchObject({
      attempts: 3,
      stopped: 'attempts',
      error: failures[2],
      errorName: 'Error',
      errorCode: undefined,
      isResult: false,
    })
  })

  it('tell of a result that was judged a failure without an error', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff, maxAttempts: 2, handlesResult: () => true })
    const recording = record(policy)

    const answer = policy.run(scripted([resolves('stale'), resolves('staler')], { clock }))
    await clock.runAll()
    await answer

    const failure = { error: undefined, errorName: 'result', errorCode: undefined, isResult: true }
    expect(recording.of('retry.scheduled')[0]).toMatchObject(failure)
    expect(recording.of('retry.exhausted')[0]).toMatchObject(failure)
  })

  it('are none for a success at once', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff })
    const recording = record(policy)

    await policy.run(() => 'product')

    expect(recording.types).toEqual([])
  })

  it('are none for an error that may not be retried', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff, handles: () => false })
    const recording = record(policy)

    await rejectionOf(policy.run(failing(clock, errors(1))))

    expect(recording.types).toEqual([])
  })

  it('name the pipeline whose run made the call', async () => {
    const clock = virtualClock()
    const catalogue = pipeline.named('catalogue', retry({ clock, backoff, name: 'orders', maxAttempts: 1 }))
    const recording = record(catalogue)

    await rejectionOf(catalogue.run(failing(clock, errors(1))))

    expect(recording.events.map(event => [event.pipeline, event.policy.name])).toEqual([['catalogue', 'orders']])
  })

  it('come no more after the listener has left', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff, maxAttempts: 1 })
    const recording = record(policy)

    recording.stop()
    await rejectionOf(policy.run(failing(clock, errors(1))))

    expect(recording.types).toEqual([])
  })

  it('come after the timer of the wait is set, so that a listener can run the same retry', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff, maxAttempts: 2 })
    const inner: Promise<unknown>[] = []
    const stop = policy.subscribe(() => {
      stop()
      inner.push(policy.run(() => 'from the listener'))
    })

    const answer = policy.run(failing(clock, errors(1), 'product'))
    await clock.runAll()

    expect(await answer).toBe('product')
    expect(await Promise.all(inner)).toEqual(['from the listener'])
  })
})
