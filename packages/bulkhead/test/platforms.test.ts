import { afterEach, describe, expect, it, vi } from 'vitest'

describe('a permit on a platform without `Symbol.dispose`', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  it('is disposed of by the symbol that compilers use there', async () => {
    const symbol = Symbol
    const older: object = Object.assign((description: string) => symbol(description), {
      for: (key: string) => symbol.for(key),
      iterator: symbol.iterator,
      asyncIterator: symbol.asyncIterator,
    })
    vi.stubGlobal('Symbol', older)
    vi.resetModules()
    const { bulkhead } = await import('@holdfast/bulkhead')
    const slots = bulkhead({ maxConcurrent: 1 })
    const permit = (await slots.acquire()) as unknown as Record<symbol, () => void>

    permit[Symbol.for('Symbol.dispose')]?.()

    expect(slots.active).toBe(0)
  })
})
