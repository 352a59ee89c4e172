import { env } from 'node:process'
import { countCollected } from '@holdfast/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'

const dropped = (): WeakRef<object> => new WeakRef({})

describe('countCollected', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  it('counts the objects that nothing holds any more', async () => {
    const held = {}

    const count = await countCollected([dropped(), new WeakRef(held), dropped()])

    expect(count).toBe(2)
    expect(held).toEqual({})
  })

  it('counts none where all are held', async () => {
    const held = [{}, {}]

    const count = await countCollected(held.map(object => new WeakRef(object)))

    expect(count).toBe(0)
    expect(held).toHaveLength(2)
  })

  it('counts an object that was asked for in this turn of the event loop', async () => {
    const reference = dropped()
    const isThere = reference.deref() !== undefined

    const count = await countCollected([reference])

    expect([isThere, count]).toEqual([true, 1])
  })

  it('collects by the global gc, where the platform has one', async () => {
    const gc = vi.fn()
    vi.stubGlobal('gc', gc)

    await countCollected([])

    expect(gc).toHaveBeenCalledOnce()
  })

  it.each([
    ['has no process', undefined],
    ['has a process without modules', { env }],
    ['has a process without these modules', { env, getBuiltinModule: () => undefined }],
  ])('rejects on a platform that %s, since it cannot be made to collect', async (_, process) => {
    vi.resetModules()
    vi.stubGlobal('process', process)
    vi.stubGlobal('gc', undefined)
    const elsewhere = await import('@holdfast/testing')

    const count = elsewhere.countCollected([])

    await expect(count).rejects.toThrow(new Error('countCollected: this platform cannot be made to collect garbage'))
  })
})
