import { pipeline } from '@holdfast/core'
import { hangs, rejects, resolves, scripted, throws, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { limiting, passing, repeating } from './layers.ts'

const error = new Error('down')

describe('a run that the caller waits for', () => {
  it.each([
    ['rejects', rejects(error)],
    ['throws', throws(error)],
    ['rejects when all have left', rejects(error, { afterMs: 500, isDeaf: true })],
    ['never ends', hangs()],
    ['answers when all have left', resolves('late', { afterMs: 500, isDeaf: true })],
  ])('leaves no rejection unhandled when the operation %s', async (_, step) => {
    const clock = virtualClock()
    const layers = pipeline(
      limiting({ limitMs: 80, clock }),
      repeating({ times: 2, clock }),
      limiting({ limitMs: 50, clock }),
    )
    const operation = scripted([step, step], { clock })

    const unhandled = await unhandledRejectionsOf(() =>
      Promise.all([layers.run(operation, { timeoutMs: 90 }).catch(() => {}), clock.advance(1_000)]),
    )

    expect(unhandled).toEqual([])
  })

  it('leaves no rejection unhandled when it is aborted, and what it gave up on rejects', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const operation = scripted([rejects(error, { afterMs: 500, isDeaf: true })], { clock })

    const unhandled = await unhandledRejectionsOf(async () => {
      const answer = pipeline(passing({ clock }), limiting({ limitMs: 50, clock }))
        .run(operation, { signal: controller.signal })
        .catch(() => {})
      controller.abort('enough')
      await Promise.all([answer, clock.advance(1_000)])
    })

    expect(unhandled).toEqual([])
  })
})

describe('a run that nobody waits for', () => {
  it('leaves one rejection unhandled, as any promise does, and not one for each layer', async () => {
    const clock = virtualClock()
    const layers = pipeline(limiting({ limitMs: 80, clock }), passing({ clock }), limiting({ limitMs: 50, clock }))

    const unhandled = await unhandledRejectionsOf(() => {
      void layers.run(() => Promise.reject(error), { timeoutMs: 90 })
    })

    expect(unhandled).toEqual([error])
  })
})
