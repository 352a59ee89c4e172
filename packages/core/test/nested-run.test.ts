import { getEventListeners } from 'node:events'
import { type Call, type CallContext, pipeline } from '@holdfast/core'
import { hangs, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { limiting, passing, repeating } from './layers.ts'

const down = new Error('down')

describe('a run within the operation of another', () => {
  it('ends with the very reason of the outer one', async () => {
    const controller = new AbortController()
    const reason = { because: 'the client left' }
    const inner = vi.fn((error: unknown) => error)

    const answer = passing().run(
      call =>
        passing()
          .run(() => new Promise(() => {}), call)
          .catch(inner),
      {
        signal: controller.signal,
      },
    )
    controller.abort(reason)

    await expect(answer).rejects.toBe(reason)
    expect(inner).toHaveBeenCalledExactlyOnceWith(reason)
  })

  it('has its signal aborted when the outer one is cancelled', async () => {
    const clock = virtualClock()
    const signals: AbortSignal[] = []

    const answer = limiting({ limitMs: 50, clock }).run(outer =>
      passing({ clock }).run(({ signal }) => {
        signals.push(signal)
        return new Promise(() => {})
      }, outer),
    )
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])

    expect(signals.map(({ reason }) => reason as unknown)).toEqual([await answer.catch((error: unknown) => error)])
  })

  it('does not call its operation when the outer one has been cancelled before', async () => {
    const controller = new AbortController()
    const calls: Call[] = []
    const operation = vi.fn(() => 'up')

    const answer = passing().run(
      call => {
        calls.push(call)
        return new Promise(() => {})
      },
      { signal: controller.signal },
    )
    controller.abort('enough')
    await expect(answer).rejects.toBe('enough')
    const inner = passing().run(operation, calls[0])

    await expect(inner).rejects.toBe('enough')
    expect(operation).not.toHaveBeenCalled()
  })

  it('does not cancel the outer one when it is cut short by itself', async () => {
    const clock = virtualClock()

    const answer = passing({ clock }).run(async call => {
      const inner = limiting({ limitMs: 50, clock }).run(() => new Promise(() => {}), call)
      await inner.catch(() => {})
      return call.signal.aborted
    })
    await clock.advance(50)

    await expect(answer).resolves.toBe(false)
  })

  it('sees the deadline of the outer one', async () => {
    const clock = virtualClock()

    const [outer, inner] = await limiting({ limitMs: 50, clock }).run(async call => [
      call.deadlineMs,
      await passing({ clock }).run(({ deadlineMs }) => deadlineMs, call),
    ])

    expect(inner).toBe(outer)
  })

  it('sees what is left of that deadline on the timeline of its own clock', async () => {
    const [clock, other] = [virtualClock(), virtualClock()]
    other.jump(5_000)

    const deadlineMs = await limiting({ limitMs: 50, clock }).run(call =>
      passing({ clock: other }).run(inner => inner.deadlineMs, call),
    )

    expect(deadlineMs).toBe(other.nowMs() + 50)
  })

  it('has no deadline when the outer one has none, whatever the clocks', async () => {
    const [clock, other] = [virtualClock(), virtualClock()]

    const deadlineMs = await passing({ clock }).run(call =>
      passing({ clock: other }).run(inner => inner.deadlineMs, call),
    )

    expect(deadlineMs).toBe(Infinity)
  })

  it('has the context of the outer one', async () => {
    const context: CallContext = {}

    const seen = await passing().run(call => passing().run(inner => inner.context, call), { context })

    expect(seen).toBe(context)
  })

  it('counts its attempts from 1', async () => {
    const attempts: number[] = []
    const inner = repeating({ times: 2 })

    const answer = repeating({ times: 2 }).run(call =>
      inner.run(({ attempt }) => {
        attempts.push(attempt)
        throw down
      }, call),
    )

    await expect(answer).rejects.toBe(down)
    expect(attempts).toEqual([1, 2, 1, 2])
  })

  it('can be run again and again, with nothing left on the caller or on the clock', async () => {
    const clock = virtualClock()
    const { signal } = new AbortController()
    const inner = pipeline(repeating({ times: 2, clock }), limiting({ limitMs: 50, clock }))

    await passing({ clock }).run(
      async call => {
        for (let time = 0; time < 10; time++) await inner.run(() => 'up', call)
      },
      { signal, timeoutMs: 800 },
    )

    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is cancelled in three levels at once', async () => {
    const controller = new AbortController()
    const operation = scripted([hangs()])

    const answer = passing().run(outer => passing().run(middle => passing().run(operation, middle), outer), {
      signal: controller.signal,
    })
    controller.abort('enough')

    await expect(answer).rejects.toBe('enough')
    expect(operation.running).toBe(0)
  })
})
