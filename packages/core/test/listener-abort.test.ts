import { pipeline } from '@holdfast/core'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { limiting, passing, repeating, telling } from './layers.ts'

describe('a listener that aborts the signal of the caller', () => {
  it.each([
    ['alone', passing()],
    ['around others', pipeline(passing(), repeating({ times: 3 }), limiting({ limitMs: 60_000 }))],
    ['within others', pipeline(limiting({ limitMs: 60_000 }), repeating({ times: 3 }), passing())],
  ])('keeps the operation from being called: %s', async (_, policy) => {
    const controller = new AbortController()
    const operation = vi.fn(() => 'up')
    policy.subscribe(() => controller.abort('enough'))

    const answer = policy.run(operation, { signal: controller.signal })

    await expect(answer).rejects.toBe('enough')
    expect(operation).not.toHaveBeenCalled()
  })

  it('leaves no timer', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const layers = pipeline(
      limiting({ limitMs: 800, clock }),
      passing({ clock }),
      repeating({ times: 3, clock }),
      limiting({ limitMs: 50, clock }),
    )
    layers.subscribe(() => controller.abort('enough'))

    const answer = layers.run(() => 'up', { signal: controller.signal, timeoutMs: 900 })

    await expect(answer).rejects.toBe('enough')
    expect(clock.pendingTimers).toBe(0)
  })

  it('is told to all before what the abort causes', async () => {
    const controller = new AbortController()
    const [policy, caused] = [passing({ name: 'policy' }), telling({ name: 'caused' })]
    controller.signal.addEventListener('abort', () => caused.tell('aborted'))
    policy.subscribe(() => controller.abort('enough'))
    const recording = record(pipeline(policy, caused))

    const answer = policy.run(() => 'up', { signal: controller.signal })

    await expect(answer).rejects.toBe('enough')
    expect(recording.types).toEqual(['passing.passed', 'telling.told'])
  })
})
