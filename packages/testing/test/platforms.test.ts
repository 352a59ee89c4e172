import { afterEach, describe, expect, it, vi } from 'vitest'

describe('virtualClock, where there is no setImmediate, as in browsers', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  it('still lets promises settle between timers', async () => {
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
