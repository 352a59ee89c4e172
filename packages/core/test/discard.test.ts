import { type Clock, type Operation, observe, pipeline } from '@holdfast/core'
import { rejects, resolves, scripted, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { limiting, passing, repeating } from './layers.ts'

const down = new Error('down')
const releaseFailed = new Error('release failed')

/** Brings its value after 50 ms, whether or not somebody still wants it. */
const connects = (clock: Clock): Operation<string> =>
  scripted([resolves('connection', { afterMs: 50, isDeaf: true })], { clock })

describe('discard', () => {
  it('receives the value that comes after the caller has aborted', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const discard = vi.fn()

    const answer = passing({ clock }).run(connects(clock), { signal: controller.signal, discard })
    controller.abort('enough')
    await expect(answer).rejects.toBe('enough')
    await clock.advance(50)

    expect(discard).toHaveBeenCalledExactlyOnceWith('connection')
  })

  it('receives the value that comes after the limit of the run', async () => {
    const clock = virtualClock()
    const discard = vi.fn()

    const answer = passing({ clock }).run(connects(clock), { timeoutMs: 20, discard })
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])

    expect(discard).toHaveBeenCalledExactlyOnceWith('connection')
  })

  it('receives the value that comes after a layer gave up, once, however many layers gave up', async () => {
    const clock = virtualClock()
    const discard = vi.fn()
    const layers = pipeline(limiting({ limitMs: 20, clock }), limiting({ limitMs: 20, clock }), passing({ clock }))

    const answer = layers.run(connects(clock), { timeoutMs: 20, discard })
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])

    expect(discard).toHaveBeenCalledExactlyOnceWith('connection')
  })

  it('receives the value of an attempt that was given up while another one answered', async () => {
    const clock = virtualClock()
    const discard = vi.fn()
    const layers = pipeline(repeating({ times: 2, clock }), limiting({ limitMs: 20, clock }))
    const operation = scripted([resolves('late', { afterMs: 50, isDeaf: true }), resolves('in time')], { clock })

    const answer = layers.run(operation, { discard })
    await clock.advance(50)

    await expect(answer).resolves.toBe('in time')
    expect(discard).toHaveBeenCalledExactlyOnceWith('late')
  })

  it('receives the value of an operation that aborted its own caller', async () => {
    const controller = new AbortController()
    const discard = vi.fn()

    const answer = passing().run(
      () => {
        controller.abort('enough')
        return 'connection'
      },
      { signal: controller.signal, discard },
    )

    await expect(answer).rejects.toBe('enough')
    expect(discard).toHaveBeenCalledExactlyOnceWith('connection')
  })

  it('does not receive a value that the caller got', async () => {
    const discard = vi.fn()

    await passing().run(() => 'up', { timeoutMs: 50, discard })

    expect(discard).not.toHaveBeenCalled()
  })

  it('does not receive an error', async () => {
    const clock = virtualClock()
    const discard = vi.fn()

    const answer = passing({ clock }).run(scripted([rejects(down, { afterMs: 50, isDeaf: true })], { clock }), {
      timeoutMs: 20,
      discard,
    })
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])

    expect(discard).not.toHaveBeenCalled()
  })

  it.each([
    [
      'throws',
      () => {
        throw releaseFailed
      },
    ],
    ['rejects', () => Promise.reject(releaseFailed)],
  ])('is reported, and leaves no rejection unhandled, when it %s', async (_, discard) => {
    const clock = virtualClock()
    const fault = vi.fn()
    onTestFinished(observe({ fault }))

    const unhandled = await unhandledRejectionsOf(async () => {
      const answer = passing({ clock }).run(connects(clock), { timeoutMs: 20, discard })
      await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])
    })

    expect(fault).toHaveBeenCalledExactlyOnceWith({ error: releaseFailed, source: 'discard' })
    expect(unhandled).toEqual([])
  })

  it('is not missed where the caller gave none, with a context or without', async () => {
    const clock = virtualClock()
    const fault = vi.fn()
    onTestFinished(observe({ fault }))

    const answers = [{}, { context: {} }].map(options =>
      passing({ clock }).run(connects(clock), { timeoutMs: 20, ...options }),
    )
    await Promise.all([Promise.allSettled(answers), clock.advance(50)])

    expect(fault).not.toHaveBeenCalled()
  })
})
