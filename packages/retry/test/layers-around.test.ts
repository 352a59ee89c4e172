import { type Policy, pipeline } from '@holdfast/core'
import type { KernelCall } from '@holdfast/core/kernel'
import { again, watching } from '@holdfast/fixtures/layer'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { tapping } from '@holdfast/fixtures/tapping'
import { constant, retry, retryInfo } from '@holdfast/retry'
import { countCollected, hangs, record, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { errors } from './failures.ts'

const backoff = constant({ delayMs: 100, jitter: 'none' })
const reason = new Error('the caller left')

describe('the layers around a retry', () => {
  it('see it end when it is aborted between two attempts', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    let ends = 0
    const policy = pipeline(
      watching(clock, () => ends++),
      retry({ clock, backoff }),
    )

    const rejection = rejectionOf(policy.run(scripted([rejects(reason)], { clock }), { signal: controller.signal }))
    await clock.settle()
    controller.abort(reason)
    await rejection
    await clock.settle()

    expect(ends).toBe(1)
  })

  it('see it end when the work of an attempt has ended, though that was aborted long before', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const endedAtMs: number[] = []
    const policy = pipeline(
      watching(clock, () => endedAtMs.push(clock.nowMs())),
      retry({ clock, backoff }),
    )
    const late = rejects(new Error('late'), { afterMs: 5_000, isDeaf: true })
    const startMs = clock.nowMs()

    const operation = scripted([rejects(new Error('reset')), late], { clock })
    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    await clock.advance(200)
    controller.abort(reason)
    await clock.runAll()

    expect(await rejection).toBe(reason)
    expect(endedAtMs).toEqual([startMs + 5_100])
  })

  it.each([
    ['which failed for good', {}, [...errors(3)]],
    [
      'whose callback threw',
      {
        handles: () => {
          throw new Error('fault')
        },
      },
      [...errors(1)],
    ],
    ['whose preparation failed', { beforeRetry: () => Promise.reject(new Error('no token')) }, [...errors(1)]],
  ])('are not told of an abort by a run %s', async (_, options, failures) => {
    const clock = virtualClock()
    const controller = new AbortController()
    const own = new Error('the caller left')
    const policy = pipeline(again(clock), retry({ clock, backoff, ...options }))
    const operation = scripted([...failures.map(error => rejects(error)), hangs()], { clock })

    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    await clock.advance(200)
    controller.abort(own)

    expect(await rejection).toBe(own)
    expect(retryInfo(own)).toBeUndefined()
  })

  it('are not told of an abort by a run that succeeded in the end', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const own = new Error('the caller left')
    const policy = pipeline(again(clock), retry({ clock, backoff }))
    const operation = scripted([rejects(reason), resolves('up'), hangs()], { clock })

    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    await clock.advance(100)
    controller.abort(own)

    expect(await rejection).toBe(own)
    expect(retryInfo(own)).toBeUndefined()
  })
})

describe('the layers inside a retry', () => {
  it('see the call of the run itself in the first attempt', async () => {
    const clock = virtualClock()
    const calls: KernelCall[] = []
    const tap = (): Policy => tapping(call => calls.push(call), clock)

    await pipeline(tap(), retry({ clock }), tap()).run(() => 'up')

    expect(calls).toHaveLength(2)
    expect(calls[0]).toBe(calls[1])
  })

  it('see no attempt that was aborted while it was prepared', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const attempts: number[] = []
    const policy = pipeline(
      retry({ clock, backoff, beforeRetry: () => controller.abort(reason) }),
      tapping(({ attempt }) => attempts.push(attempt), clock),
    )

    const rejection = rejectionOf(
      policy.run(
        scripted(
          [...errors(1)].map(error => rejects(error)),
          { clock },
        ),
        { signal: controller.signal },
      ),
    )
    await clock.runAll()

    expect(await rejection).toBe(reason)
    expect(attempts).toEqual([1])
  })

  it.each<[string, () => string]>([
    [
      'failed',
      () => {
        throw new Error('reset')
      },
    ],
    ['brought a result that is none', () => 'not yet'],
  ])('leave no signal behind of an earlier attempt that %s', async (_, end) => {
    const clock = virtualClock()
    const { signal } = new AbortController()
    const signals: WeakRef<object>[] = []
    const handlesResult = (result: unknown): boolean => result === 'not yet'
    const policy = retry({ clock, backoff, budget: false, maxAttempts: 100, handlesResult })

    const collected = policy.run<unknown>(
      call => {
        if (call.attempt === 100) return countCollected(signals.slice(1))
        signals.push(new WeakRef(call.signal))
        return end()
      },
      { signal },
    )
    await clock.runAll()

    expect(await collected).toBeGreaterThan(90)
  })
})

describe('a retry within a later attempt of another', () => {
  it('tells nothing of a success at once', async () => {
    const clock = virtualClock()
    const inner = retry({ clock, backoff, maxAttempts: 1, name: 'inner' })
    const recording = record(inner)
    const policy = pipeline(retry({ clock, backoff }), inner)

    const answer = policy.run(scripted([rejects(new Error('reset')), resolves('up')], { clock }))
    await clock.runAll()

    expect(await answer).toBe('up')
    expect(recording.types).toEqual(['retry.exhausted'])
  })

  it('records nothing of a success at once', async () => {
    const clock = virtualClock()
    const value = { status: 200 }
    const infos: unknown[] = []
    const inner = retry({ clock, backoff, maxAttempts: 1 })
    const operation = scripted([rejects(new Error('reset')), resolves(value)], { clock })

    const answer = retry({ clock, backoff }).run(call =>
      inner.run(operation, call).then(result => {
        infos.push(retryInfo(result))
        return result
      }),
    )
    await clock.runAll()
    await answer

    expect(infos).toEqual([undefined])
  })

  it('ends when its work has ended, though that was aborted long before', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const endedAtMs: number[] = []
    const inner = retry({ clock, backoff, maxAttempts: 2 })
    const policy = pipeline(
      retry({ clock, backoff }),
      watching(clock, () => endedAtMs.push(clock.nowMs())),
      inner,
    )
    const [down, late] = [rejects(new Error('reset')), resolves('late', { afterMs: 5_000, isDeaf: true })]
    const startMs = clock.nowMs()

    const operation = scripted([down, down, late], { clock })
    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    await clock.advance(300)
    controller.abort(reason)
    await clock.runAll()

    expect(await rejection).toBe(reason)
    expect(endedAtMs).toEqual([startMs + 100, startMs + 5_200])
  })
})
