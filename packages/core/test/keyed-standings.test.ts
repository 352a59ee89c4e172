import { type AnyPolicy, keyed, pipeline } from '@holdfast/core'
import type { Standing } from '@holdfast/core/kernel'
import { describe, expect, it } from 'vitest'
import { contextOf, keyOf, keysOf, tellingByKey, touch } from './call-key.ts'
import { passing, telling } from './layers.ts'

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
})
