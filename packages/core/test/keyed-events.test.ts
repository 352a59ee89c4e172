import { keyed, observe, pipeline } from '@holdfast/core'
import { record } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { contextOf, keyOf, keysOf, tellingByKey, touch } from './call-key.ts'
import { type Telling, telling } from './layers.ts'

describe('the events of keyed', () => {
  it('are those of its policies, made before or after the listener came', async () => {
    const perKey = tellingByKey({})
    await touch(perKey, 'a')
    const recording = record(perKey)
    await touch(perKey, 'b')

    for (const [key, policy] of perKey.entries()) policy.tell(`from ${key}`)

    expect(recording.of('telling.told').map(({ policy, word }) => [policy.name, word])).toEqual([
      ['a', 'from a'],
      ['b', 'from b'],
    ])
  })

  it('include those of the overflow policy', async () => {
    const perKey = tellingByKey({})
    const shared = telling()
    const other = tellingByKey({})
    await touch(other, 'x'.repeat(2_000))
    const recording = record(other)

    shared.tell('elsewhere')
    await touch(perKey, 'a')
    await touch(other, 'x'.repeat(2_000))

    expect(recording.types).toEqual(['keyed.overflowed'])
  })

  it('do not name the key', async () => {
    const perKey = tellingByKey({ name: 'per user', maxKeys: 1 })
    const recording = record(perKey)

    await touch(perKey, 'alice', 'bob', 'x'.repeat(2_000))

    expect(recording.types).toEqual(['keyed.evicted', 'keyed.overflowed'])
    expect(recording.events).toMatchObject([
      { policy: { name: 'per user', kind: 'keyed' } },
      { policy: { name: 'per user', kind: 'keyed' } },
    ])
    expect(JSON.stringify(recording.events)).not.toMatch(/alice|bob|xxx/)
  })

  it('tell which run went through the overflow policy', async () => {
    const perKey = tellingByKey({ name: 'per user' })
    const recording = record(perKey)

    await pipeline(perKey, { name: 'catalogue' }).run(() => 'up', { context: contextOf('x'.repeat(2_000)) })

    expect(recording.events).toMatchObject([{ type: 'keyed.overflowed', pipeline: 'catalogue', attempt: 1 }])
    expect(recording.events[0]?.callId).toBeTypeOf('number')
  })

  it('end when the last listener leaves', async () => {
    const perKey = tellingByKey({})
    await touch(perKey, 'a', 'x'.repeat(2_000))
    const [first, second] = [vi.fn(), vi.fn()]
    const stops = [perKey.subscribe(first), perKey.subscribe(second)]

    perKey.get('a')?.tell('both')
    stops[0]?.()
    perKey.get('a')?.tell('second')
    stops[1]?.()
    perKey.get('a')?.tell('nobody')

    expect([first, second].map(({ mock }) => mock.calls.length)).toEqual([1, 2])
  })

  it('come again, and once, after all had left and one came back', async () => {
    const perKey = tellingByKey({})
    await touch(perKey, 'a')
    perKey.subscribe(() => {})()
    const recording = record(perKey)

    perKey.get('a')?.tell('on')

    expect(recording.types).toEqual(['telling.told'])
  })

  it('no longer come from a policy that was dropped', async () => {
    const perKey = tellingByKey({ maxKeys: 1 })
    const recording = record(perKey)
    await touch(perKey, 'a')
    const dropped = perKey.get('a')

    await touch(perKey, 'b')
    dropped?.tell('from beyond')

    expect(keysOf(perKey)).toEqual(['b'])
    expect(recording.types).toEqual(['keyed.evicted'])
  })

  it('reach observers once', async () => {
    const perKey = tellingByKey({})
    record(perKey)
    record(pipeline(perKey))
    await touch(perKey, 'a')
    const event = vi.fn()
    onTestFinished(observe({ event }))

    perKey.get('a')?.tell('on')

    expect(event).toHaveBeenCalledOnce()
  })

  it('are asked of its policies only while somebody listens', async () => {
    const stop = vi.fn()
    const subscribe = vi.fn(() => stop)
    const member = Object.create(telling(), { subscribe: { value: subscribe } }) as Telling
    const perKey = keyed({ by: keyOf, make: () => member })
    await perKey.run(() => 'up', { context: contextOf('a') })
    expect(subscribe).not.toHaveBeenCalled()

    perKey.subscribe(() => {})()

    expect(subscribe).toHaveBeenCalledOnce()
    expect(stop).toHaveBeenCalledOnce()
  })

  it('keep their place among those of other members of a pipeline', async () => {
    const perKey = tellingByKey({})
    const other = telling({ name: 'other' })
    const recording = record(pipeline(other, perKey))
    await touch(perKey, 'a')
    other.subscribe(({ word }) => {
      if (word !== 'begin') return
      perKey.get('a')?.tell('first')
      other.tell('second')
    })

    other.tell('begin')

    expect(recording.of('telling.told').map(({ word }) => word)).toEqual(['begin', 'first', 'second'])
  })
})
