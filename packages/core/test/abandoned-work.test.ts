import { type Clock, pipeline } from '@holdfast/core'
import type { KernelCall } from '@holdfast/core/kernel'
import { rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { limiting, passing, tapping } from './layers.ts'

const down = new Error('down')

const late = { afterMs: 80, isDeaf: true }

const worksFor = (ms: number, clock: Clock): Promise<void> =>
  new Promise(resolve => {
    clock.setTimeout(resolve, ms)
  })

describe('work that a layer gave up on', () => {
  it.each([
    ['a value', resolves('late', late)],
    ['an error', rejects('late', late)],
  ])('is known to the calls around that layer until it ends with %s', async (_, step) => {
    const clock = virtualClock()
    const calls: KernelCall[] = []
    const tap = tapping(call => calls.push(call), { clock })
    const layers = pipeline(tap, passing({ clock }), limiting({ limitMs: 50, clock }))

    const answer = layers.run(scripted([step], { clock }))
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])

    expect(calls.map(call => call.hasAbandonedWork)).toEqual([true])
    await clock.advance(30)
    expect(calls.map(call => call.hasAbandonedWork)).toEqual([false])
  })

  it('is known until the last of several has ended', async () => {
    const clock = virtualClock()
    const seen: boolean[] = []
    const tap = tapping(
      call => {
        for (const afterMs of [80, 30]) call.abandon(worksFor(afterMs, clock))
        for (const afterMs of [29, 40, 90]) clock.setTimeout(() => seen.push(call.hasAbandonedWork), afterMs)
      },
      { clock },
    )

    await tap.run(() => 'up')
    await clock.advance(100)

    expect(seen).toEqual([true, true, false])
  })

  it('is none when the operation answered in time', async () => {
    const clock = virtualClock()
    const calls: KernelCall[] = []

    await pipeline(
      tapping(call => calls.push(call), { clock }),
      limiting({ limitMs: 50, clock }),
    ).run(() => 'up')

    expect(calls.map(call => call.hasAbandonedWork)).toEqual([false])
  })

  it('is known to the calls around a run within the operation', async () => {
    const clock = virtualClock()
    const calls: KernelCall[] = []
    const outer = pipeline(
      tapping(call => calls.push(call), { clock }),
      limiting({ limitMs: 50, clock }),
    )
    const operation = scripted([resolves('late', late)], { clock })

    const answer = outer.run(call => passing({ clock }).run(operation, call))
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])

    expect(calls.map(call => call.hasAbandonedWork)).toEqual([true])
    await clock.advance(30)
    expect(calls.map(call => call.hasAbandonedWork)).toEqual([false])
  })

  it('is known also when the operation itself had its caller abort', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const calls: KernelCall[] = []
    const outer = pipeline(
      tapping(call => calls.push(call), { clock }),
      passing({ clock }),
    )

    const answer = outer.run(
      call =>
        passing({ clock }).run(() => {
          controller.abort('enough')
          return worksFor(80, clock)
        }, call),
      { signal: controller.signal },
    )
    await expect(answer).rejects.toBe('enough')

    expect(calls.map(call => call.hasAbandonedWork)).toEqual([true])
    await clock.advance(80)
    expect(calls.map(call => call.hasAbandonedWork)).toEqual([false])
  })
})

describe('call.whenIdle', () => {
  it('calls back once, when all work that was given up on has ended', async () => {
    const clock = virtualClock()
    const idle = vi.fn(() => clock.nowMs())
    const startMs = clock.nowMs()
    const tap = tapping(
      call => {
        for (const afterMs of [30, 80]) call.abandon(worksFor(afterMs, clock))
        call.whenIdle(idle)
      },
      { clock },
    )

    await tap.run(() => 'up')
    await clock.advance(100)

    expect(idle).toHaveBeenCalledOnce()
    expect(idle).toHaveReturnedWith(startMs + 80)
  })

  it('waits for work that rejects, too', async () => {
    const idle = vi.fn()
    const tap = tapping(call => {
      call.abandon(Promise.reject(down))
      call.whenIdle(idle)
    })

    await tap.run(() => 'up')
    await virtualClock().settle()

    expect(idle).toHaveBeenCalledOnce()
  })

  it('calls back also when there is no such work', async () => {
    const idle = vi.fn()

    await tapping(call => call.whenIdle(idle)).run(() => 'up')
    await virtualClock().settle()

    expect(idle).toHaveBeenCalledOnce()
  })
})
