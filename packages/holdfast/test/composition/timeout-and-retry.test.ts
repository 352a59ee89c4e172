import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { constant, pipeline, retry, retryInfo, timeout } from 'holdfast'
import { describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('a timeout inside a retry', () => {
  it('limits each attempt, and is retried', async () => {
    const clock = virtualClock()
    const policy = pipeline(retry({ clock, backoff }), timeout({ clock, timeoutMs: 800 }))
    const operation = scripted([hangs(), hangs(), resolves('product', { afterMs: 700 })], { clock })
    const startMs = clock.nowMs()

    const answer = policy.run(operation)
    await clock.runAll()

    expect(await answer).toBe('product')
    expect(operation.calls.map(({ atMs }) => atMs - startMs)).toEqual([0, 900, 1_800])
  })

  it('may give each attempt a limit of its own', async () => {
    const clock = virtualClock()
    const policy = pipeline(retry({ clock, backoff }), timeout({ clock, timeoutMs: ({ attempt }) => attempt * 300 }))
    const operation = scripted([hangs(), hangs(), resolves('product', { afterMs: 800 })], { clock })
    const startMs = clock.nowMs()

    const answer = policy.run(operation)
    await clock.runAll()

    expect(await answer).toBe('product')
    expect(operation.calls.map(({ atMs }) => atMs - startMs)).toEqual([0, 400, 1_100])
  })

  it('has each limit begin with its attempt', async () => {
    const clock = virtualClock()
    const policy = pipeline(retry({ clock, backoff }), timeout({ clock, timeoutMs: 800 }))
    const left: number[] = []

    const rejection = rejectionOf(
      policy.run(call => {
        left.push(call.remainingMs())
        throw new Error('reset')
      }),
    )
    await clock.runAll()
    await rejection

    expect(left).toEqual([800, 800, 800])
  })
})

describe('a timeout outside a retry', () => {
  it('limits all attempts and waits together, and is not retried', async () => {
    const clock = virtualClock()
    const policy = pipeline(timeout({ clock, timeoutMs: 800, name: 'total' }), retry({ clock, backoff }))
    const operation = scripted([rejects(new Error('reset')), hangs()], { clock })

    const rejection = rejectionOf(policy.run(operation))
    await clock.advance(800)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', policy: 'total' })
    expect(retryInfo(await rejection)).toMatchObject({ attempts: 2, stopped: 'cancelled' })
    expect(operation.calls).toHaveLength(2)
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends a backoff that would reach it with the last error', async () => {
    const clock = virtualClock()
    const error = new Error('reset')
    const policy = pipeline(timeout({ clock, timeoutMs: 800 }), retry({ clock, backoff }))
    const recording = record(policy)

    const rejection = rejectionOf(policy.run(scripted([rejects(error, { afterMs: 700 })], { clock })))
    await clock.advance(700)

    expect(await rejection).toBe(error)
    expect(recording.types).toEqual(['retry.exhausted'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends the wait of beforeRetry', async () => {
    const clock = virtualClock()
    const policy = pipeline(
      timeout({ clock, timeoutMs: 800, name: 'total' }),
      retry({ clock, backoff, beforeRetry: () => new Promise(() => {}) }),
    )
    const operation = scripted([rejects(new Error('reset'))], { clock })

    const rejection = rejectionOf(policy.run(operation))
    await clock.advance(800)

    expect(await rejection).toMatchObject({ policy: 'total' })
    expect(operation.calls).toHaveLength(1)
  })
})

describe('timeouts on both sides of a retry', () => {
  it('are told apart: the inner one is retried and the outer one ends the run', async () => {
    const clock = virtualClock()
    const policy = pipeline(
      timeout({ clock, timeoutMs: 1_000, name: 'total' }),
      retry({ clock, backoff }),
      timeout({ clock, timeoutMs: 800, name: 'attempt' }),
    )
    const recording = record(policy)

    const rejection = rejectionOf(policy.run(scripted([hangs(), hangs()], { clock })))
    await clock.advance(1_000)

    expect(await rejection).toMatchObject({ policy: 'total' })
    expect(recording.of('timeout.expired').map(({ policy: { name } }) => name)).toEqual(['attempt', 'total'])
  })

  it('tell of late work when it really ends', async () => {
    const clock = virtualClock()
    const policy = pipeline(
      timeout({ clock, timeoutMs: 1_000, name: 'total' }),
      retry({ clock, backoff }),
      timeout({ clock, timeoutMs: 800, name: 'attempt' }),
    )
    const recording = record(policy)
    const startMs = clock.nowMs()
    const deaf = [1_500, 2_000].map(afterMs => resolves('late', { afterMs, isDeaf: true }))

    const rejection = rejectionOf(policy.run(scripted(deaf, { clock })))
    await clock.runAll()
    await rejection

    expect(recording.events.map(({ type, policy: { name }, atMs }) => [type, name, atMs - startMs])).toEqual([
      ['timeout.expired', 'attempt', 800],
      ['retry.scheduled', 'retry', 800],
      ['timeout.expired', 'total', 1_000],
      ['timeout.settledLate', 'attempt', 1_500],
      ['timeout.settledLate', 'total', 2_900],
    ])
  })
})
