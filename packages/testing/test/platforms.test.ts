import process from 'node:process'
import { afterEach, describe, expect, it, vi } from 'vitest'

describe('virtualClock', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  it('runs timers also where the platform tells of no async contexts', async () => {
    vi.stubGlobal('process', Object.create(process, { getBuiltinModule: { value: undefined } }))
    vi.resetModules()
    const { virtualClock } = await import('@holdfast/testing')
    const clock = virtualClock()
    const callback = vi.fn()
    clock.setTimeout(callback, 50)

    await clock.advance(50)

    expect(callback).toHaveBeenCalledOnce()
  })

  it('lets promises settle between timers also where there is no setImmediate, as in browsers', async () => {
    vi.stubGlobal('setImmediate', undefined)
    vi.resetModules()
    const { virtualClock } = await import('@holdfast/testing')
    const clock = virtualClock()
    const log: string[] = []
    for (const word of ['first', 'second']) {
      clock.setTimeout(() => {
        log.push(word)
        void Promise.resolve()
          .then(() => {})
          .then(() => log.push(`after ${word}`))
      }, 50)
    }

    await clock.advance(50)

    expect(log).toEqual(['first', 'after first', 'second', 'after second'])
  })
})
