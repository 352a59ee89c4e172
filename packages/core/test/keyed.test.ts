import { keyed, type Policy, type PolicyEvent, pipeline } from '@holdfast/core'
import { definePolicy, Emitter, type Runner, readPolicyOptions } from '@holdfast/core/kernel'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { contextOf, keyOf, keysOf, tellingByKey, touch } from './call-key.ts'
import { passing, repeating, tapping } from './layers.ts'

const down = new Error('down')

describe('keyed', () => {
  it('makes a policy for each new key, and runs all calls of a key under it', async () => {
    const log: string[] = []
    const make = vi.fn((key: string): Policy => tapping(() => log.push(key)))
    const perKey = keyed<string, Policy>({ by: keyOf, make })

    for (const key of ['a', 'b', 'a']) await perKey.run(() => 'up', { context: contextOf(key) })

    expect(make.mock.calls).toEqual([['a'], ['b']])
    expect(log).toEqual(['a', 'b', 'a'])
  })

  it('answers as the policy of the key does', async () => {
    const perKey = keyed({ by: keyOf, make: () => passing() })
    const run = (operation: () => string): Promise<string> => perKey.run(operation, { context: contextOf('a') })

    await expect(run(() => 'up')).resolves.toBe('up')
    await expect(
      run(() => {
        throw down
      }),
    ).rejects.toBe(down)
  })

  it('is a policy, for use in a pipeline', async () => {
    const seen: string[] = []
    const perKey = keyed({ by: keyOf, make: (key: string) => tapping(({ attempt }) => seen.push(`${key} ${attempt}`)) })
    const layers = pipeline(repeating({ times: 2 }), perKey, passing())

    const answer = layers.run(() => Promise.reject(down), { context: contextOf('a') })

    await expect(answer).rejects.toBe(down)
    expect(seen).toEqual(['a 1', 'a 2'])
  })

  it('may be in several pipelines, in which a key has one and the same policy', async () => {
    const [outer, inner] = [vi.fn(), vi.fn()]
    const make = vi.fn(() => tapping(() => {}))
    const perKey = keyed({ by: keyOf, make })
    const context = contextOf('a')

    await pipeline(perKey, tapping(inner)).run(() => 'up', { context })
    await pipeline(tapping(outer), perKey).run(() => 'up', { context })

    expect(make).toHaveBeenCalledOnce()
    expect([inner, outer].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
  })

  it('links the policy of a key once, not for each call', async () => {
    const link = vi.fn((next: Runner) => next)
    const emitter = new Emitter<PolicyEvent>(readPolicyOptions('linked', {}, {}))
    const member = definePolicy<never, PolicyEvent, object>({ emitter, link }, {})
    const perKey = keyed({ by: keyOf, make: () => member })
    link.mockClear()

    for (const key of ['a', 'a', 'a']) await perKey.run(() => 'up', { context: contextOf(key) })

    expect(link).toHaveBeenCalledOnce()
  })

  it.each<[string, unknown, unknown]>([
    ['numbers', 1, 1],
    ['NaN', Number.NaN, Number.NaN],
    ['null', null, null],
    ['the empty string', '', ''],
    ['names of object members', '__proto__', '__proto__'],
    ['1 024 characters', 'x'.repeat(1_024), 'x'.repeat(1_024)],
  ])('knows %s as a key again', async (_, key, same) => {
    const perKey = keyed<unknown, Policy>({ by: keyOf, make: () => passing() })

    await perKey.run(() => 'up', { context: contextOf(key) })
    await perKey.run(() => 'up', { context: contextOf(same) })

    expect(perKey.size).toBe(1)
    expect(perKey.get(same)).toBeDefined()
  })

  it('shows its policies by key', async () => {
    const perKey = tellingByKey({})

    await touch(perKey, 'a', 'b')

    expect(perKey.size).toBe(2)
    expect(perKey.get('a')?.name).toBe('a')
    expect(perKey.get('c')).toBeUndefined()
    expect([...perKey.entries()].map(([key, policy]) => [key, policy.name])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ])
  })

  it('holds 1 000 keys at most unless it is told otherwise, whatever users send', async () => {
    const perKey = tellingByKey({})
    let largest = 0

    for (let number = 0; number < 10_000; number++) {
      await touch(perKey, `user ${(number * 7_919) % 9_973}`)
      largest = Math.max(largest, perKey.size)
    }

    expect(largest).toBe(1_000)
    expect(perKey.size).toBe(1_000)
  })

  it('shares one clock with its policies', async () => {
    const clock = virtualClock()
    const startMs = clock.nowMs()

    const perKey = keyed({ clock, by: keyOf, make: () => passing({ clock }) })
    const deadlineMs = perKey.run(call => call.deadlineMs, { timeoutMs: 50, context: contextOf('a') })

    await expect(deadlineMs).resolves.toBe(startMs + 50)
  })

  it('passes all calls by while it is not enabled', async () => {
    const perKey = tellingByKey({ enabled: () => false })

    await touch(perKey, 'a')

    expect(keysOf(perKey)).toEqual([])
  })
})
