import { type Call, type CallContext, pipeline } from '@holdfast/core'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { limiting, passing, repeating } from './layers.ts'

const down = new Error('down')

/** How many AbortControllers are made while the test runs. */
function countControllers(): () => number {
  const made = vi.spyOn(globalThis, 'AbortController')
  onTestFinished(() => made.mockRestore())
  return () => made.mock.calls.length
}

describe('call.signal', () => {
  it('costs no AbortController while nobody reads it', async () => {
    const controllers = countControllers()

    await pipeline(limiting({ limitMs: 50 }), repeating({ times: 2 }), passing()).run(() => 'up', { timeoutMs: 50 })

    expect(controllers()).toBe(0)
  })

  it('is made once, on first read', async () => {
    const controllers = countControllers()

    const [first, second] = await passing().run(call => [call.signal, call.signal])

    expect(first).toBe(second)
    expect(controllers()).toBe(1)
  })

  it('is an AbortSignal that never aborts where nothing can cancel the call', async () => {
    const signal = await passing().run(call => call.signal)

    expect(signal).toBeInstanceOf(AbortSignal)
    expect(signal.aborted).toBe(false)
  })

  it('has aborted already when it is read first after the call was cancelled', async () => {
    const controller = new AbortController()
    const calls: Call[] = []

    const answer = passing().run(
      call => {
        calls.push(call)
        return new Promise(() => {})
      },
      { signal: controller.signal },
    )
    controller.abort('enough')

    await expect(answer).rejects.toBe('enough')
    expect(calls[0]?.signal.aborted).toBe(true)
    expect(calls[0]?.signal.reason).toBe('enough')
  })

  it('is another one for each attempt', async () => {
    const clock = virtualClock()
    const signals: AbortSignal[] = []
    const layers = pipeline(repeating({ times: 2, clock }), limiting({ limitMs: 50, clock }))

    const answer = layers.run(({ signal, attempt }) => {
      signals.push(signal)
      return attempt === 1 ? new Promise(() => {}) : 'up'
    })
    await clock.advance(50)

    await expect(answer).resolves.toBe('up')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  })
})

describe('call.attempt', () => {
  it('is 1 where nothing repeats', async () => {
    const attempt = await passing().run(call => call.attempt)

    expect(attempt).toBe(1)
  })

  it('counts from 1 what the innermost layer around the operation repeats', async () => {
    const attempts: number[] = []
    const layers = pipeline(repeating({ times: 2 }), repeating({ times: 3 }), passing())

    const answer = layers.run(({ attempt }) => {
      attempts.push(attempt)
      throw down
    })

    await expect(answer).rejects.toBe(down)
    expect(attempts).toEqual([1, 2, 3, 1, 2, 3])
  })
})

describe('call.deadlineMs', () => {
  it('is Infinity where there is no limit, as is remainingMs', async () => {
    const { deadlineMs, remainingMs } = await passing().run(call => ({
      deadlineMs: call.deadlineMs,
      remainingMs: call.remainingMs(),
    }))

    expect([deadlineMs, remainingMs]).toEqual([Infinity, Infinity])
  })

  it('is on the timeline of the clock of the policy', async () => {
    const clock = virtualClock()
    const startMs = clock.nowMs()

    const deadlineMs = await passing({ clock }).run(call => call.deadlineMs, { timeoutMs: 800 })

    expect(deadlineMs).toBe(startMs + 800)
  })

  it.each([
    [800, 50],
    [50, 800],
  ])('is that of the earliest limit, %d ms around %d ms', async (outerMs, innerMs) => {
    const clock = virtualClock()
    const layers = pipeline(limiting({ limitMs: outerMs, clock }), limiting({ limitMs: innerMs, clock }))

    const remainingMs = await layers.run(call => call.remainingMs(), { timeoutMs: 900 })

    expect(remainingMs).toBe(50)
  })
})

describe('call.remainingMs', () => {
  it('may be taken out of the call', async () => {
    const clock = virtualClock()

    const remaining = await passing({ clock }).run(({ remainingMs }) => [remainingMs(), remainingMs()], {
      timeoutMs: 50,
    })

    expect(remaining).toEqual([50, 50])
  })

  it('gets less as time passes, down to 0', async () => {
    const clock = virtualClock()
    const remaining: number[] = []

    const answer = passing({ clock }).run(
      call => {
        for (const delayMs of [10, 40]) clock.setTimeout(() => remaining.push(call.remainingMs()), delayMs)
        clock.setTimeout(() => remaining.push(call.remainingMs()), 60)
        return new Promise(() => {})
      },
      { timeoutMs: 50 },
    )
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(60)])

    expect(remaining).toEqual([40, 10, 0])
  })
})

describe('call.context', () => {
  it('is the object of the caller itself, in every layer and attempt', async () => {
    const context: CallContext = Object.freeze({})
    const seen: unknown[] = []
    const layers = pipeline(repeating({ times: 2 }), limiting({ limitMs: 50 }))

    const answer = layers.run(
      call => {
        seen.push(call.context)
        throw down
      },
      { context },
    )

    await expect(answer).rejects.toBe(down)
    expect(seen).toHaveLength(2)
    expect(seen.every(one => one === context)).toBe(true)
  })

  it('is an empty object that cannot be written to where the caller gave none', async () => {
    const context = await passing().run(call => call.context)

    expect(context).toEqual({})
    expect(Object.isFrozen(context)).toBe(true)
  })

  it('is empty where nobody gave one, also when the signal was read before', async () => {
    const { own } = await passing().run(({ signal, context }) => ({ signal, own: context }))

    expect(own).toEqual({})
  })
})
