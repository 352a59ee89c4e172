import { getEventListeners } from 'node:events'
import { pipeline } from '@holdfast/core'
import { hangs, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { limiting, passing, repeating } from './layers.ts'

const down = new Error('down')

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

describe('run with a signal that has aborted', () => {
  it('rejects with the very reason of the signal', async () => {
    const reason = { because: 'the client left' }

    const answer = passing().run(() => 'up', { signal: AbortSignal.abort(reason) })

    await expect(answer).rejects.toBe(reason)
  })

  it('never calls the operation', async () => {
    const operation = vi.fn(() => 'up')

    await pipeline(repeating({ times: 3 }), passing())
      .run(operation, { signal: AbortSignal.abort() })
      .catch(() => {})

    expect(operation).not.toHaveBeenCalled()
  })

  it('does not listen to it', async () => {
    const signal = AbortSignal.abort()

    const answer = passing().run(() => 'up', { signal })

    expect(listenersOf(signal)).toBe(0)
    await expect(answer).rejects.toBe(signal.reason)
  })

  it('is a rejection of its own for each run', async () => {
    const signal = AbortSignal.abort('enough')

    const answers = await Promise.allSettled([
      passing().run(() => 'up', { signal }),
      passing().run(() => 'up', { signal }),
    ])

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})

describe('run with a signal that aborts', () => {
  it('rejects at once with the very reason of the signal, although the operation goes on', async () => {
    const controller = new AbortController()
    const reason = { because: 'the client left' }

    const answer = passing().run(() => new Promise(() => {}), { signal: controller.signal })
    controller.abort(reason)

    await expect(answer).rejects.toBe(reason)
  })

  it('rejects with the AbortError of an abort without a reason', async () => {
    const controller = new AbortController()

    const answer = passing().run(() => new Promise(() => {}), { signal: controller.signal })
    controller.abort()

    await expect(answer).rejects.toBe(controller.signal.reason)
    expect(controller.signal.reason).toHaveProperty('name', 'AbortError')
  })

  it('aborts the signal of the operation with that reason', async () => {
    const controller = new AbortController()
    const heard = vi.fn()

    const answer = passing().run(
      ({ signal }) => {
        signal.addEventListener('abort', () => void heard(signal.reason))
        return new Promise(() => {})
      },
      { signal: controller.signal },
    )
    controller.abort('enough')

    expect(heard).toHaveBeenCalledExactlyOnceWith('enough')
    await expect(answer).rejects.toBe('enough')
  })

  it('rejects when the operation itself aborts it before it returns', async () => {
    const controller = new AbortController()

    const answer = passing().run(
      () => {
        controller.abort('enough')
        return 'up'
      },
      { signal: controller.signal },
    )

    await expect(answer).rejects.toBe('enough')
  })

  it('ends all layers of a pipeline, and nothing is called again', async () => {
    const controller = new AbortController()
    const clock = virtualClock()
    const operation = scripted([hangs()], { clock })
    const layers = pipeline(repeating({ times: 3, clock }), limiting({ limitMs: 50, clock }))

    const answer = layers.run(operation, { signal: controller.signal })
    controller.abort('enough')

    await expect(answer).rejects.toBe('enough')
    await clock.advance(1_000)
    expect(operation.calls).toHaveLength(1)
  })

  it('changes nothing after the answer', async () => {
    const controller = new AbortController()
    const signals: AbortSignal[] = []

    const answer = await passing().run(
      ({ signal }) => {
        signals.push(signal)
        return 'up'
      },
      { signal: controller.signal },
    )
    controller.abort('too late')

    expect(answer).toBe('up')
    expect(signals[0]?.aborted).toBe(false)
  })

  it('serves calls of which only one ends with it', async () => {
    const first = new AbortController()
    const second = new AbortController()
    const operation = (): Promise<never> => new Promise(() => {})

    const firstAnswer = passing().run(operation, { signal: first.signal })
    const secondAnswer = passing().run(operation, { signal: second.signal })
    first.abort('first')

    await expect(firstAnswer).rejects.toBe('first')
    second.abort('second')
    await expect(secondAnswer).rejects.toBe('second')
  })
})

describe('run with a signal', () => {
  const clock = virtualClock()
  const layers = pipeline(limiting({ limitMs: 800, clock }), passing({ clock }), limiting({ limitMs: 50, clock }))
  const { signal } = new AbortController()
  const aborting = new AbortController()

  it.each([
    ['a value', () => layers.run(() => 'up', { signal }), signal],
    ['a promise', () => layers.run(async () => 'up', { signal }), signal],
    ['a rejection', () => layers.run(() => Promise.reject(down), { signal }), signal],
    [
      'a throw',
      () =>
        layers.run(
          () => {
            throw down
          },
          { signal },
        ),
      signal,
    ],
    ['the limit of a layer', () => layers.run(() => new Promise(() => {}), { signal }), signal],
    ['the limit of the run', () => layers.run(() => new Promise(() => {}), { signal, timeoutMs: 20 }), signal],
    ['the abort', () => layers.run(() => aborting.abort('enough'), { signal: aborting.signal }), aborting.signal],
  ])('leaves neither listener nor timer behind when %s ends it', async (_, run, caller) => {
    const answer = run()
    const [outcome] = await Promise.all([Promise.allSettled([answer]), clock.advance(50)])

    expect(outcome).toHaveLength(1)
    expect(listenersOf(caller)).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('keeps one listener on it for each run, however many layers there are', () => {
    const caller = new AbortController()

    const answer = layers.run(() => new Promise(() => {}), { signal: caller.signal })

    expect(listenersOf(caller.signal)).toBe(1)
    caller.abort('enough')
    return expect(answer).rejects.toBe('enough')
  })

  it('takes the signal of another realm or of a polyfill', async () => {
    const polyfill = { aborted: true, reason: 'enough', addEventListener: () => {}, removeEventListener: () => {} }

    const answer = passing().run(() => 'up', { signal: polyfill as unknown as AbortSignal })

    await expect(answer).rejects.toBe('enough')
  })
})

describe('run with a signal that aborts as it is listened to', () => {
  it('rejects at once', async () => {
    const reason = new Error('in the meantime')
    const operation = vi.fn()
    const signal = {
      aborted: false,
      reason,
      addEventListener: (_: string, listener: () => void) => listener(),
      removeEventListener: () => {},
    } as unknown as AbortSignal

    const answer = passing().run(operation, { signal })

    await expect(answer).rejects.toBe(reason)
    expect(operation).not.toHaveBeenCalled()
  })
})
