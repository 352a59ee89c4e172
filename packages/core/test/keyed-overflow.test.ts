import { keyed } from '@holdfast/core'
import { record } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { begin, contextOf, keyOf, tellingByKey, touch } from './call-key.ts'
import { telling } from './layers.ts'

describe('the overflow policy of keyed', () => {
  it('is one, shared by all keys that find no place', async () => {
    const makeOverflow = vi.fn(() => telling({ name: 'shared' }))
    const perKey = keyed({ by: keyOf, make: () => telling(), makeOverflow, maxKeys: 1 })
    const recording = record(perKey)
    const end = begin(perKey, 'a')

    for (const key of ['b', 'c']) await perKey.run(() => 'up', { context: contextOf(key) })

    expect(makeOverflow).toHaveBeenCalledOnce()
    expect(recording.types).toEqual(['keyed.overflowed', 'keyed.overflowed'])
    await end()
  })

  it('is made by `make` for the key "overflow" unless there is another way', async () => {
    const make = vi.fn((key: string) => telling({ name: key }))
    const perKey = keyed({ by: keyOf, make, maxKeys: 1 })
    const end = begin(perKey, 'a')

    await perKey.run(() => 'up', { context: contextOf('b') })

    expect(make.mock.calls).toEqual([['a'], ['overflow']])
    expect([perKey.size, perKey.get('overflow')]).toEqual([1, undefined])
    await end()
  })

  it('serves keys of more than 1 024 characters, so that users cannot fill the memory', async () => {
    const perKey = tellingByKey({})
    const recording = record(perKey)

    await touch(perKey, 'x'.repeat(1_025))

    expect(perKey.size).toBe(0)
    expect(recording.types).toEqual(['keyed.overflowed'])
  })
})
