import { keyed, type Policy, pipeline } from '@holdfast/core'
import type { Standing } from '@holdfast/core/kernel'
import { record } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { begin, contextOf, keyOf, keysOf, tellingByKey, touch } from './call-key.ts'
import { passing, telling } from './layers.ts'

const down = new Error('down')

describe('a full keyed', () => {
  it('drops the policy that has not been used for longest', async () => {
    const perKey = tellingByKey({ maxKeys: 3 })
    await touch(perKey, 'a', 'b', 'c', 'a')

    await touch(perKey, 'd')

    expect(keysOf(perKey).toSorted()).toEqual(['a', 'c', 'd'])
  })

  it('gives a key that comes back a policy of its own again', async () => {
    const perKey = tellingByKey({ maxKeys: 1 })
    await touch(perKey, 'a')
    const before = perKey.get('a')

    await touch(perKey, 'b', 'a')

    expect(perKey.get('a')).toBeDefined()
    expect(perKey.get('a')).not.toBe(before)
  })

  it('does not count a look by `get` as a use', async () => {
    const perKey = tellingByKey({ maxKeys: 2 })
    await touch(perKey, 'a', 'b')

    perKey.get('a')
    await touch(perKey, 'c')

    expect(keysOf(perKey)).toEqual(['b', 'c'])
  })

  it('drops idle ones before open ones, and tells which it was', async () => {
    const perKey = tellingByKey({ maxKeys: 2 }, new Map<string, Standing>([['a', 'open']]))
    const recording = record(perKey)
    await touch(perKey, 'a', 'b')

    await touch(perKey, 'c')
    expect(keysOf(perKey)).toEqual(['a', 'c'])
    await touch(perKey, 'd')
    expect(keysOf(perKey)).toEqual(['a', 'd'])

    expect(recording.of('keyed.evicted').map(({ wasOpen }) => wasOpen)).toEqual([false, false])
  })

  it('drops the open one that has not been used for longest when none is idle', async () => {
    const standings = new Map<string, Standing>(['a', 'b', 'c'].map(key => [key, 'open']))
    const perKey = tellingByKey({ maxKeys: 3 }, standings)
    const recording = record(perKey)
    await touch(perKey, 'a', 'b', 'c', 'a')

    await touch(perKey, 'd')

    expect(keysOf(perKey).toSorted()).toEqual(['a', 'c', 'd'])
    expect(recording.of('keyed.evicted').map(({ wasOpen }) => wasOpen)).toEqual([true])
  })

  it('never drops one with a call in flight: the new key shares the overflow policy', async () => {
    const perKey = tellingByKey({ maxKeys: 1 })
    const recording = record(perKey)
    const end = begin(perKey, 'a')

    await touch(perKey, 'b')

    expect(keysOf(perKey)).toEqual(['a'])
    expect(recording.types).toEqual(['keyed.overflowed'])
    await end()
  })

  it('can drop it when that call has ended, however it ended', async () => {
    const perKey = tellingByKey({ maxKeys: 1 })
    const [endFirst, endSecond] = [begin(perKey, 'a'), begin(perKey, 'a')]

    await endFirst()
    await touch(perKey, 'b')
    expect(keysOf(perKey)).toEqual(['a'])
    await endSecond()
    await touch(perKey, 'b')
    expect(keysOf(perKey)).toEqual(['b'])
    await perKey.run(() => Promise.reject(down), { context: contextOf('b') }).catch(() => {})
    await touch(perKey, 'c')

    expect(keysOf(perKey)).toEqual(['c'])
  })

  it('never drops one that says that it is busy, such as a bulkhead with permits out', async () => {
    const standings = new Map<string, Standing>([['a', 'busy']])
    const perKey = tellingByKey({ maxKeys: 1 }, standings)
    await touch(perKey, 'a')

    await touch(perKey, 'b')
    expect(keysOf(perKey)).toEqual(['a'])
    standings.set('a', 'idle')
    await touch(perKey, 'b')

    expect(keysOf(perKey)).toEqual(['b'])
  })

  it('takes a policy that says nothing of its standing for idle', async () => {
    const perKey = keyed({ by: keyOf, make: () => passing(), maxKeys: 1 })

    for (const key of ['a', 'b']) await perKey.run(() => 'up', { context: contextOf(key) })

    expect([...perKey.entries()].map(([key]) => key)).toEqual(['b'])
  })

  it('asks a pipeline for the standing of its members', async () => {
    const standings = new Map<string, Standing[]>([
      ['a', ['idle', 'busy', 'open']],
      ['b', ['open', 'idle']],
    ])
    const make = (key: string): Policy =>
      pipeline(...(standings.get(key) ?? []).map(standing => telling({}, { standing: () => standing })), telling())
    const perKey = keyed({ by: keyOf, make, maxKeys: 2 })
    const recording = record(perKey)
    for (const key of ['a', 'b', 'c']) await perKey.run(() => 'up', { context: contextOf(key) })

    await perKey.run(() => 'up', { context: contextOf('d') })

    expect([...perKey.entries()].map(([key]) => key)).toEqual(['a', 'd'])
    expect(recording.events).toMatchObject([{ wasOpen: true }, { wasOpen: false }])
  })

  it.each<[Standing, Standing[]]>([
    ['idle', ['idle']],
    ['open', ['idle', 'open']],
    ['busy', ['busy', 'open']],
  ])('asks a keyed for the busiest of its policies: %s', async (expected, standings) => {
    const make = (): Policy => {
      const inner = keyed({
        by: call => Number(keyOf(call).at(-1)),
        make: number => telling({}, { standing: () => standings[number] ?? 'idle' }),
      })
      return inner
    }
    const outer = keyed({ by: call => keyOf(call).at(0), make, maxKeys: 1 })
    const recording = record(outer)
    for (const inner of standings.keys()) await outer.run(() => 'up', { context: contextOf(`a ${inner}`) })

    await outer.run(() => 'up', { context: contextOf('b 0') })

    const told = { idle: { wasOpen: false }, open: { wasOpen: true }, busy: { type: 'keyed.overflowed' } }[expected]
    expect(recording.events).toMatchObject([told])
  })

  it('asks a keyed also for calls that are in it by another way', async () => {
    const inner = tellingByKey({})
    const outer = keyed({ by: keyOf, make: () => inner, maxKeys: 1 })
    const recording = record(outer)
    await outer.run(() => 'up', { context: contextOf('a') })
    const end = begin(inner, 'a')

    await outer.run(() => 'up', { context: contextOf('b') })

    expect(recording.types).toEqual(['keyed.overflowed'])
    await end()
  })

  it('looks at a few busy ones for each new key, and so finds the one that can go in the end', async () => {
    const busy = Array.from({ length: 20 }, (_, index) => `busy ${index}`)
    const standings = new Map<string, Standing>([...busy.map(key => [key, 'busy'] as const), ['open', 'open']])
    const perKey = tellingByKey({ maxKeys: 21 }, standings)
    await touch(perKey, ...busy, 'open')

    await touch(perKey, 'new', 'new', 'new')

    expect(perKey.get('open')).toBeUndefined()
    expect(perKey.get('new')).toBeDefined()
  })
})
