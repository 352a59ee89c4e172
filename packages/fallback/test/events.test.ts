import { observe } from '@holdfast/core'
import { fallback } from '@holdfast/fallback'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const error = Object.assign(new TypeError('fetch failed'), { code: 'ECONNRESET' })

describe('events of fallback', () => {
  it('tell that an error was answered', async () => {
    const clock = virtualClock()
    const policy = fallback({ clock, to: () => 'instead', name: 'prices' })
    const recording = record(policy)

    await policy.run(scripted([rejects(error)], { clock }))

    expect(recording.events).toEqual([
      {
        type: 'fallback.used',
        policy: { name: 'prices', kind: 'fallback' },
        pipeline: 'prices',
        callId: recording.events[0]?.callId,
        attempt: 1,
        atMs: clock.nowMs(),
        error,
        errorName: 'TypeError',
        errorCode: 'ECONNRESET',
        isResult: false,
      },
    ])
    expect(recording.events[0]?.error).toBe(error)
  })

  it('tell that a result was answered, without an error', async () => {
    const clock = virtualClock()
    const policy = fallback({ clock, to: () => 'instead', handlesResult: () => true })
    const recording = record(policy)

    await policy.run(scripted([resolves('empty')], { clock }))

    expect(recording.types).toEqual(['fallback.used'])
    expect(recording.events[0]).toMatchObject({ error: undefined, errorName: 'result', isResult: true })
  })

  it('carry both errors when the fallback fails too', async () => {
    const clock = virtualClock()
    const fallbackError = new Error('no stale copy either')
    const policy = fallback({ clock, to: () => Promise.reject(fallbackError) })
    const recording = record(policy)

    await rejectionOf(policy.run(scripted([rejects(error)], { clock })))

    expect(recording.types).toEqual(['fallback.failed'])
    const [failed] = recording.of('fallback.failed')
    expect(failed?.error).toBe(error)
    expect(failed?.fallbackError).toBe(fallbackError)
    expect(failed).toMatchObject({ errorName: 'TypeError', errorCode: 'ECONNRESET', attempt: 1 })
  })

  it('come when the answer is there, not when it is begun', async () => {
    const clock = virtualClock()
    const startMs = clock.nowMs()
    const second = scripted([resolves('instead', { afterMs: 50 })], { clock })
    const policy = fallback({ clock, to: ({ call }) => second(call) })
    const recording = record(policy)

    const answer = policy.run(scripted([rejects(error)], { clock }))
    await clock.advance(50)
    await answer

    expect(recording.events.map(({ atMs }) => atMs - startMs)).toEqual([50])
  })

  it('are none for a success and for an error that is not handled', async () => {
    const clock = virtualClock()
    const policy = fallback({ clock, to: () => 'instead', handles: () => false })
    const recording = record(policy)

    await policy.run(() => 'product')
    await rejectionOf(policy.run(scripted([rejects(error)], { clock })))

    expect(recording.types).toEqual([])
  })

  it('change nothing when a listener throws', async () => {
    const clock = virtualClock()
    const fault = new Error('fault of a listener')
    const faults: unknown[] = []
    const stop = observe({ fault: report => faults.push(report.error) })
    const policy = fallback({ clock, to: () => 'instead' })
    policy.subscribe(() => {
      throw fault
    })

    const answer = await policy.run(scripted([rejects(error)], { clock }))
    stop()

    expect(answer).toBe('instead')
    expect(faults).toEqual([fault])
  })
})
