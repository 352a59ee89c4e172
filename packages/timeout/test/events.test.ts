import { pipeline } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'

describe('events of timeout', () => {
  it('tell that the limit passed, and that the work ended later with a value', async () => {
    const clock = virtualClock()
    const startMs = clock.nowMs()
    const policy = timeout({ clock, timeoutMs: 800, name: 'attempt' })
    const recording = record(policy)
    const operation = scripted([resolves('late', { afterMs: 2_300, isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation))
    await clock.runAll()
    await rejection

    const envelope = {
      policy: { name: 'attempt', kind: 'timeout' },
      pipeline: 'attempt',
      callId: recording.events[0]?.callId,
      attempt: 1,
    }
    expect(recording.events).toEqual([
      { ...envelope, type: 'timeout.expired', atMs: startMs + 800, timeoutMs: 800 },
      { ...envelope, type: 'timeout.settledLate', atMs: startMs + 2_300, outcome: 'value', lateMs: 1_500 },
    ])
    expect(recording.events[0]?.callId).toEqual(expect.any(Number))
  })

  it('tell that the work ended later with an error', async () => {
    const clock = virtualClock()
    const error = Object.assign(new TypeError('fetch failed'), { code: 'ECONNRESET' })
    const policy = timeout({ clock, timeoutMs: 800 })
    const recording = record(policy)

    const rejection = rejectionOf(policy.run(scripted([rejects(error, { afterMs: 1_000, isDeaf: true })], { clock })))
    await clock.runAll()
    await rejection

    expect(recording.of('timeout.settledLate')[0]).toMatchObject({
      outcome: 'error',
      lateMs: 200,
      error,
      errorName: 'TypeError',
      errorCode: 'ECONNRESET',
    })
  })

  it('tell of work that ends at once because it listens to its signal', async () => {
    const clock = virtualClock()
    const policy = timeout({ clock, timeoutMs: 800 })
    const recording = record(policy)

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock })))
    await clock.advance(800)

    expect(recording.types).toEqual(['timeout.expired', 'timeout.settledLate'])
    expect(recording.of('timeout.settledLate')[0]).toMatchObject({ lateMs: 0, error: await rejection })
  })

  it('are told before the operation hears of the abort', async () => {
    const clock = virtualClock()
    const order: string[] = []
    const policy = timeout({ clock, timeoutMs: 800 })
    policy.subscribe(({ type }) => order.push(type))

    const rejection = rejectionOf(
      policy.run(({ signal }) => {
        signal.addEventListener('abort', () => order.push('abort'))
        return new Promise(() => {})
      }),
    )
    await clock.advance(800)
    await rejection

    expect(order).toEqual(['timeout.expired', 'abort'])
  })

  it('are none for a call that comes in time, with a value or with an error', async () => {
    const clock = virtualClock()
    const policy = timeout({ clock, timeoutMs: 800 })
    const recording = record(policy)

    await policy.run(() => 'product')
    await rejectionOf(policy.run(() => Promise.reject(new Error('reset'))))
    await clock.runAll()

    expect(recording.types).toEqual([])
  })

  it('tell of late work to nobody who does not listen', async () => {
    const clock = virtualClock()
    const policy = timeout({ clock, timeoutMs: 800 })
    const operation = scripted([resolves('late', { afterMs: 1_000, isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation))
    await clock.advance(900)
    const recording = record(policy)
    recording.stop()
    await clock.runAll()

    await rejection
    expect(recording.types).toEqual([])
  })

  it('tell of late work inside another timeout when it really ends', async () => {
    const clock = virtualClock()
    const policy = pipeline(timeout({ clock, timeoutMs: 800 }), timeout({ clock, timeoutMs: 5_000 }))
    const recording = record(policy)
    const operation = scripted([resolves('late', { afterMs: 2_000, isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation))
    await clock.advance(1_999)
    const before = recording.types.slice()
    await clock.runAll()

    await rejection
    expect(before).toEqual(['timeout.expired'])
    expect(recording.of('timeout.settledLate').map(({ lateMs }) => lateMs)).toEqual([1_200])
  })
})
