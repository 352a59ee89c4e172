import { pipeline } from '@holdfast/core'
import { Answer, KernelCall } from '@holdfast/core/kernel'
import { keptShapes, sharedRegistry } from '@holdfast/fixtures/shared-registry'
import { describe, expect, it } from 'vitest'

describe('what the copies of the kernel in a process share', () => {
  it('stands under these names, by which other versions look for it', async () => {
    await pipeline().run(() => 'up')

    const expected = ['calls', 'clock', 'deliveries', 'observers', 'policies', 'reports', 'shapes']
    expect(Object.keys(sharedRegistry()).toSorted()).toEqual(expected)
  })

  it('has no prototype that names could be found on', () => {
    expect(Object.getPrototypeOf(sharedRegistry())).toBeNull()
  })

  it('is one of each thing that a call is made of, kept for ever, so that the engine does not forget how to be fast', () => {
    for (let policies = 0; policies < 2; policies++) pipeline()
    const shapes = sharedRegistry()['shapes'] as readonly object[]
    const call = shapes.find(shape => shape instanceof KernelCall)

    expect(keptShapes()).toEqual(['KernelCall', 'Passage'])
    expect(call?.scope).toBeInstanceOf(Answer)
  })
})
