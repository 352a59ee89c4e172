import { pipeline } from '@holdfast/core'
import { Answer, type KernelCall, waitFor } from '@holdfast/core/kernel'
import { countedClock } from '@holdfast/fixtures/counted-clock'
import { watching } from '@holdfast/fixtures/layer'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { sharedRegistry } from '@holdfast/fixtures/shared-registry'
import { resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { limiting, passing, repeating, tapping } from './layers.ts'

const reason = new Error('enough')
const hang = (): Promise<never> => new Promise(() => {})

describe('a call, as layers see it', () => {
  it('can be cancelled by the signal or the limit of its run, and else by nothing', async () => {
    const seen: boolean[] = []
    const policy = tapping(({ isCancellable }) => seen.push(isCancellable))

    await policy.run(() => 'up')
    await policy.run(() => 'up', { context: {}, discard: () => {} })
    await policy.run(() => 'up', { signal: new AbortController().signal })
    await policy.run(() => 'up', { timeoutMs: 1_000 })

    expect(seen).toEqual([false, false, true, true])
  })

  it('cannot be cancelled because its signal was read', async () => {
    const seen: unknown[] = []
    const tap = ({ signal, isCancellable }: KernelCall): unknown => seen.push(signal.aborted, isCancellable)

    await tapping(tap).run(() => 'up')

    expect(seen).toEqual([false, false])
  })

  it('has children that can be cancelled if it can, or if they are to be', async () => {
    const seen: boolean[] = []
    const policy = tapping(call => {
      seen.push(call.child(2, undefined).isCancellable, call.child(2, undefined, new Answer()).isCancellable)
    })

    await policy.run(() => 'up')
    await policy.run(() => 'up', { timeoutMs: 1_000 })

    expect(seen).toEqual([false, true, true, true])
  })

  it('has no number until somebody asks for it', async () => {
    const calls = sharedRegistry()['calls'] as { readonly lastId: number }
    const before = calls.lastId

    await pipeline(passing(), passing()).run(() => 'up')
    const unasked = calls.lastId
    await tapping(({ callId }) => callId).run(() => 'up')

    expect([unasked, calls.lastId]).toEqual([before, before + 1])
  })

  it('reads no clock to say how long it may take where nothing limits it', async () => {
    const clock = countedClock()

    const leftMs = await passing({ clock }).run(({ remainingMs }) => remainingMs())

    expect([leftMs, clock.readings]).toEqual([Infinity, 0])
  })

  it('takes over the deadline of the call around it as it is, on the same clock', async () => {
    const clock = countedClock()
    const seen: number[] = []

    await passing({ clock }).run(
      call => {
        const before = clock.readings
        return passing({ clock }).run(
          inner => seen.push(call.deadlineMs - inner.deadlineMs, clock.readings - before),
          call,
        )
      },
      { timeoutMs: 1_000 },
    )

    expect(seen).toEqual([0, 0])
  })

  it('can be aborted by a layer that answers nobody early', async () => {
    const clock = virtualClock()
    const calls: KernelCall[] = []
    const policy = tapping(call => calls.push(call), { clock })

    const rejection = rejectionOf(
      policy.run(
        ({ signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error))
          }),
      ),
    )
    calls[0]?.scope.abort({ origin: 'loser', reason, limitMs: Infinity })

    expect(await rejection).toBe(reason)
  })
})

describe('the signal of a call', () => {
  it('does not abort when the attempt has ended, though the run is aborted later', async () => {
    const controller = new AbortController()
    const signals: AbortSignal[] = []

    const rejection = rejectionOf(
      repeating({ times: 2 }).run(
        ({ signal }) => {
          signals.push(signal)
          return signals.length === 1 ? Promise.reject(new Error('reset')) : hang()
        },
        { signal: controller.signal },
      ),
    )
    await virtualClock().settle()
    controller.abort(reason)
    await rejection

    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
  })

  it('does not abort when its run has ended, though the call around it is aborted later', async () => {
    const controller = new AbortController()
    const signals: AbortSignal[] = []

    const rejection = rejectionOf(
      passing().run(
        async call => {
          signals.push(call.signal)
          await passing().run(({ signal }) => signals.push(signal), call)
          return hang()
        },
        { signal: controller.signal },
      ),
    )
    await virtualClock().settle()
    controller.abort(reason)
    await rejection

    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  })

  it('keeps its first reason when the signal of the caller could not be unlistened', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    controller.signal.removeEventListener = () => {}
    const calls: KernelCall[] = []
    const policy = tapping(call => calls.push(call), { clock })

    const rejection = rejectionOf(policy.run(hang, { timeoutMs: 100, signal: controller.signal }))
    await clock.advance(100)
    controller.abort(reason)

    expect(calls[0]?.cancelled?.reason).toBe(await rejection)
  })
})

describe('a layer around a limit', () => {
  it('sees its work end when that has ended, though its caller has left long before', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const endedAtMs: number[] = []
    const around = watching(clock, () => endedAtMs.push(clock.nowMs()))
    const operation = scripted([resolves('late', { afterMs: 500, isDeaf: true })], { clock })
    const startMs = clock.nowMs()

    const policy = pipeline(around, limiting({ clock, limitMs: 10_000 }))
    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    await clock.advance(100)
    controller.abort(reason)
    await clock.runAll()

    expect(await rejection).toBe(reason)
    expect(endedAtMs).toEqual([startMs + 500])
  })
})

describe('a run without a limit', () => {
  it('clears no timer', async () => {
    const clock = virtualClock()
    const clearTimeout = vi.spyOn(clock, 'clearTimeout')

    await passing({ clock }).run(() => 'up', { signal: new AbortController().signal })

    expect(clearTimeout).not.toHaveBeenCalled()
  })
})

describe('waitFor', () => {
  const clock = virtualClock()
  const identity = { kind: 'gate', name: 'gate', clock, enabled: undefined }

  it('answers with what is waited for', async () => {
    expect(await waitFor(identity, () => Promise.resolve('open'), undefined)).toBe('open')
  })

  it('heeds the signal and the limit of a run', async () => {
    const controller = new AbortController()
    const aborted = rejectionOf(waitFor(identity, hang, { signal: controller.signal }))
    const late = rejectionOf(waitFor(identity, hang, { timeoutMs: 100 }))

    controller.abort(reason)
    await clock.advance(100)

    expect(await aborted).toBe(reason)
    expect(await late).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', policy: 'gate', timeoutMs: 100 })
  })

  it('rejects with what is thrown, and with a TypeError for options that make no sense', async () => {
    const wait = (): never => {
      throw reason
    }

    expect(await rejectionOf(waitFor(identity, wait, undefined))).toBe(reason)
    expect(await rejectionOf(waitFor(identity, hang, { timeoutMs: '100' as never }))).toBeInstanceOf(TypeError)
  })
})
