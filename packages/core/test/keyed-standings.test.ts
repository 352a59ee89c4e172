import { type AnyPolicy, type Keyed, keyed, pipeline } from '@holdfast/core'
import type { Standing } from '@holdfast/core/kernel'
import { describe, expect, it } from 'vitest'
import { begin, contextOf, keyOf, keysOf, tellingByKey, touch } from './call-key.ts'
import { passing, type Telling, telling } from './layers.ts'

describe('a full keyed that looks at how its policies stand', () => {
  it('keeps a pipeline of which one member is busy', async () => {
    const busy = pipeline(passing(), telling({}, { standing: () => 'busy' }))
    const perKey = keyed({ by: keyOf, maxKeys: 2, make: key => (key === 'a' ? busy : pipeline(passing())) })

    for (const key of ['a', 'b', 'c']) await perKey.run(() => 'up', { context: contextOf(key) })

    expect([...perKey.entries()].map(([key]) => key)).toEqual(['a', 'c'])
  })

  it('finds one that is idle behind any number that are open', async () => {
    const standings = new Map<string, Standing>()
    const perKey = tellingByKey({ maxKeys: 20 }, standings)
    const open = Array.from({ length: 19 }, (_, index) => `open ${index}`)
    await touch(perKey, ...open, 'idle')
    for (const key of open) standings.set(key, 'open')

    await touch(perKey, 'new')

    expect(keysOf(perKey)).toEqual([...open, 'new'])
  })

  it.each<[string, (member: AnyPolicy) => AnyPolicy]>([
    ['keyed', member => keyed({ by: () => 'key', make: () => member })],
    ['pipeline of a keyed', member => pipeline(keyed({ by: () => 'key', make: () => member }))],
    ['keyed of pipelines', member => keyed({ by: () => 'key', make: () => pipeline(member) })],
  ])('keeps a %s of which one policy is busy', async (_, wrap) => {
    const inner = (standing: Standing): AnyPolicy => wrap(telling({}, { standing: () => standing }))
    const policies = new Map([
      ['a', inner('busy')],
      ['b', inner('idle')],
      ['c', inner('idle')],
    ])
    const perKey = keyed({ by: keyOf, maxKeys: 2, make: key => policies.get(key) as AnyPolicy })

    for (const key of ['a', 'b', 'c']) await perKey.run(() => 'up', { context: contextOf(key) })

    expect([...perKey.entries()].map(([key]) => key)).toEqual(['a', 'c'])
  })

  it('drops the open one that has not been used for longest, though it was found open after another', async () => {
    const standings = new Map<string, Standing>([
      ['a', 'open'],
      ['b', 'open'],
    ])
    const perKey = tellingByKey({ maxKeys: 3 }, standings)
    await touch(perKey, 'a', 'b', 'c', 'd', 'a')
    standings.set('d', 'open')

    await touch(perKey, 'e')

    expect(keysOf(perKey).toSorted()).toEqual(['a', 'd', 'e'])
  })

  it('keeps one that is put to use while it is asked, and drops it once that is over', async () => {
    const ends: (() => Promise<void>)[] = []
    const standing = (): Standing => {
      if (ends.length > 0) return 'idle'
      ends.push(begin(perKey, 'a'))
      return 'busy'
    }
    const perKey: Keyed<string, Telling> = keyed({
      by: keyOf,
      maxKeys: 1,
      make: key => telling({ name: key }, { standing: key === 'a' ? standing : () => 'open' }),
    })

    await touch(perKey, 'a', 'b')
    const keysMeanwhile = keysOf(perKey)
    await ends[0]?.()
    await touch(perKey, 'c', 'd')

    expect([keysMeanwhile, keysOf(perKey)]).toEqual([['a'], ['d']])
  })
})
