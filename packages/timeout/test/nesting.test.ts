import { type Policy, pipeline } from '@holdfast/core'
import type { KernelCall } from '@holdfast/core/kernel'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { tapping } from '@holdfast/fixtures/tapping'
import { hangs, record, scripted, type VirtualClock, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'

function nested(clock: VirtualClock, outerMs: number, innerMs: number): Policy {
  return pipeline(
    timeout({ clock, timeoutMs: outerMs, name: 'total' }),
    timeout({ clock, timeoutMs: innerMs, name: 'attempt' }),
  ) as Policy
}

describe('a timeout inside another', () => {
  it('is told apart from the outer one by name and by identity', async () => {
    const clock = virtualClock()
    const operation = scripted([hangs(), hangs()], { clock })

    const inner = rejectionOf(nested(clock, 3_000, 800).run(operation))
    const outer = rejectionOf(nested(clock, 700, 800).run(operation))
    await clock.advance(3_000)

    expect(await inner).toMatchObject({ policy: 'attempt', timeoutMs: 800 })
    expect(await outer).toMatchObject({ policy: 'total', timeoutMs: 700 })
    expect(operation.calls[0]?.call.signal.reason).toBe(await inner)
    expect(operation.calls[1]?.call.signal.reason).toBe(await outer)
  })

  it('leaves the answer to the outer one where both limits are the same', async () => {
    const clock = virtualClock()
    const policy = nested(clock, 800, 800)
    const recording = record(policy)

    const rejection = rejectionOf(policy.run(scripted([hangs({ isDeaf: true })], { clock })))
    await clock.advance(800)

    expect(await rejection).toMatchObject({ policy: 'total' })
    expect(
      recording.events.filter(({ type }) => type === 'timeout.expired').map(({ policy: { name } }) => name),
    ).toEqual(['total'])
  })

  it.each([
    [3_000, 800, 800],
    [500, 800, 500],
  ])('shows the earliest limit as the deadline: %i ms around %i ms', async (outerMs, innerMs, expectedMs) => {
    const clock = virtualClock()
    const startMs = clock.nowMs()
    const seen: number[] = []

    await nested(clock, outerMs, innerMs).run(call => {
      seen.push(call.deadlineMs - startMs, call.remainingMs())
    })

    expect(seen).toEqual([expectedMs, expectedMs])
  })

  it('sees the limit that was given to run', async () => {
    const clock = virtualClock()
    const seen: number[] = []

    await timeout({ clock, timeoutMs: 800 }).run(call => void seen.push(call.remainingMs()), { timeoutMs: 300 })

    expect(seen).toEqual([300])
  })

  it('leaves the limit of run to say that it passed', async () => {
    const clock = virtualClock()
    const policy = timeout({ clock, timeoutMs: 800, name: 'attempt' })
    const recording = record(policy)

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock }), { timeoutMs: 300 }))
    await clock.advance(1_000)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 300 })
    expect(recording.types).toEqual([])
  })

  it('counts what is left down to 0', async () => {
    const clock = virtualClock()
    const operation = scripted([hangs({ isDeaf: true })], { clock })

    const rejection = rejectionOf(timeout({ clock, timeoutMs: 800 }).run(operation))
    const left: (number | undefined)[] = []
    for (const stepMs of [0, 300, 500, 500]) {
      await clock.advance(stepMs)
      left.push(operation.calls[0]?.call.remainingMs())
    }

    await rejection
    expect(left).toEqual([800, 500, 0, 0])
  })

  it('bounds a run inside its operation', async () => {
    const clock = virtualClock()
    const inner = timeout({ clock, timeoutMs: 5_000, name: 'inner' })
    const operation = scripted([hangs()], { clock })

    const rejection = rejectionOf(
      timeout({ clock, timeoutMs: 800, name: 'outer' }).run(call => inner.run(operation, call)),
    )
    await clock.advance(800)

    expect(await rejection).toMatchObject({ policy: 'outer' })
    expect(operation.calls[0]?.call.signal.reason).toBe(await rejection)
    expect(clock.pendingTimers).toBe(0)
  })

  it('tells the layers inside that a timeout cancelled them, and after how long', async () => {
    const clock = virtualClock()
    const calls: KernelCall[] = []
    const policy = pipeline(
      timeout({ clock, timeoutMs: 800 }),
      tapping(call => calls.push(call), clock),
    )

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock })))
    await clock.advance(800)

    const expected = { origin: 'timeout', limitMs: 800, reason: await rejection }
    expect(calls.map(({ cancelled }) => cancelled)).toEqual([expected])
  })
})
