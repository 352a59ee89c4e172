import process, { env } from 'node:process'
import { unhandledRejectionsOf } from '@holdfast/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'

const down = new Error('down')

describe('unhandledRejectionsOf', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  it('returns what was rejected without that anybody listened, in order', async () => {
    const unhandled = await unhandledRejectionsOf(() => {
      void Promise.reject(down)
      void Promise.reject(new Error('late')).finally(() => {})
    })

    expect(unhandled).toEqual([down, new Error('late')])
  })

  it('returns nothing where all rejections were handled', async () => {
    const unhandled = await unhandledRejectionsOf(() => Promise.reject(down).catch(() => {}))

    expect(unhandled).toEqual([])
  })

  it('waits for what act returns, and for promises that settle by themselves after it', async () => {
    const unhandled = await unhandledRejectionsOf(async () => {
      await Promise.resolve()
      void Promise.resolve()
        .then(() => {})
        .then(() => Promise.reject(down))
    })

    expect(unhandled).toEqual([down])
  })

  it('rejects with what act throws', async () => {
    const thrown = unhandledRejectionsOf(() => {
      throw down
    })
    await expect(thrown).rejects.toBe(down)
  })

  it('rejects with what act rejects with', async () => {
    const rejected = unhandledRejectionsOf(() => Promise.reject(down))

    await expect(rejected).rejects.toBe(down)
  })

  it.each<[string, () => unknown]>([
    ['act is done', () => {}],
    ['act has thrown', () => Promise.reject(down)],
  ])('gives the other listeners of the process their place back when %s', async (_, act) => {
    const listener = vi.fn()
    process.on('unhandledRejection', listener)
    const before = process.listeners('unhandledRejection')

    await unhandledRejectionsOf(act).catch(() => {})

    expect(process.listeners('unhandledRejection')).toEqual(before)
    process.off('unhandledRejection', listener)
  })

  it('keeps the rejections from the other listeners of the process', async () => {
    const listener = vi.fn()
    process.on('unhandledRejection', listener)

    await unhandledRejectionsOf(() => void Promise.reject(down))

    expect(listener).not.toHaveBeenCalled()
    process.off('unhandledRejection', listener)
  })

  it.each([
    ['has no process', undefined],
    ['has a process without events', { env }],
  ])('rejects on a platform that %s, since nothing tells of them there', async (_, elsewhere) => {
    vi.resetModules()
    vi.stubGlobal('process', elsewhere)
    const testing = await import('@holdfast/testing')
    const act = vi.fn()

    const unhandled = testing.unhandledRejectionsOf(act)

    await expect(unhandled).rejects.toThrow(
      new Error('unhandledRejectionsOf: this platform has no process that tells of them'),
    )
    expect(act).not.toHaveBeenCalled()
  })
})
