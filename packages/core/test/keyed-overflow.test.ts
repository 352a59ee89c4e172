import { keyed, type Policy } from '@holdfast/core'
import { countedClock } from '@holdfast/fixtures/counted-clock'
import { record } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { begin, contextOf, keyOf, tellingByKey, touch } from './call-key.ts'
import { passing, telling } from './layers.ts'

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

  it('tells those, too, who begin to listen when it exists', async () => {
    const perKey = keyed<string, Policy>({ by: keyOf, make: () => passing(), maxKeys: 1 })
    const end = begin(perKey, 'a')
    await perKey.run(() => 'up', { context: contextOf('b') })

    const recording = record(perKey)
    await perKey.run(() => 'up', { context: contextOf('c') })

    expect(recording.types).toEqual(['keyed.overflowed', 'passing.passed'])
    await end()
  })

  it('reads the clock for no event that nobody hears', async () => {
    const clock = countedClock()
    const perKey = keyed({ clock, by: keyOf, make: () => passing({ clock }), maxKeys: 1 })
    const end = begin(perKey, 'a')

    await perKey.run(() => 'up', { context: contextOf('b') })
    await end()
    await perKey.run(() => 'up', { context: contextOf('c') })

    expect([perKey.size, clock.readings]).toEqual([1, 0])
  })
})
