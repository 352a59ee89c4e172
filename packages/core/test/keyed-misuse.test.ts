import { type Keyed, type KeyedOptions, keyed, type Policy } from '@holdfast/core'
import { unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { contextOf, keyOf, keysOf } from './call-key.ts'
import { passing, type Telling, telling } from './layers.ts'

const noHost = new Error('no host')
const notNow = new Error('not now')

type Options = Partial<KeyedOptions<string, Policy>>

const perKeyWith = (options: object): ReturnType<typeof keyed<string, Policy>> =>
  keyed<string, Policy>({ by: keyOf, make: () => passing(), ...(options as Options) })

describe('keyed', () => {
  it.each([
    [{ by: 'host' }, TypeError, 'keyed: by must be a function, got "host"'],
    [{ by: undefined }, TypeError, 'keyed: by must be a function, got undefined'],
    [{ make: null }, TypeError, 'keyed: make must be a function, got null'],
    [{ makeOverflow: {} }, TypeError, 'keyed: makeOverflow must be a function, got an object'],
    [{ maxKeys: 0 }, RangeError, 'keyed: maxKeys must be an integer of at least 1, got 0'],
    [{ maxKeys: 1.5 }, RangeError, 'keyed: maxKeys must be an integer of at least 1, got 1.5'],
    [
      { max: 5 },
      TypeError,
      'keyed: unknown option "max", expected one of by, make, makeOverflow, maxKeys, name, clock, enabled',
    ],
  ])('throws for %o', (options, type, message) => {
    expect(() => perKeyWith(options)).toThrow(new type(message))
  })

  it('rejects a run with what `by` throws', async () => {
    const by = (): string => {
      throw noHost
    }

    const answer = perKeyWith({ by }).run(() => 'up')

    await expect(answer).rejects.toBe(noHost)
  })

  it.each([
    ['undefined', () => undefined],
    ['a promise', async () => 'a'],
  ])('rejects a run when `by` returns %s', async (shown, by) => {
    const operation = vi.fn(() => 'up')

    const answer = perKeyWith({ name: 'per host', by }).run(operation)

    await expect(answer).rejects.toThrow(new TypeError(`per host: by must return a key, got ${shown}`))
    expect(operation).not.toHaveBeenCalled()
  })

  it('leaves no rejection unhandled when that promise rejects', async () => {
    const by = (): Promise<string> => Promise.reject(noHost)

    const unhandled = await unhandledRejectionsOf(() =>
      perKeyWith({ by })
        .run(() => 'up')
        .catch(() => {}),
    )

    expect(unhandled).toEqual([])
  })

  it('rejects a run with what `make` throws, and tries again at the next', async () => {
    const make = vi
      .fn(() => passing())
      .mockImplementationOnce(() => {
        throw notNow
      })
    const perKey = perKeyWith({ make })
    const run = (): Promise<string> => perKey.run(() => 'up', { context: contextOf('a') })

    await expect(run()).rejects.toBe(notNow)
    await expect(run()).resolves.toBe('up')

    expect(make).toHaveBeenCalledTimes(2)
  })

  it('keeps the policies that it has when `make` throws for a new key', async () => {
    const make = (key: string): Policy => {
      if (key === 'bad') throw new Error('no such host')
      return passing()
    }
    const perKey = keyed<string, Policy>({ by: keyOf, make, maxKeys: 2 })
    for (const key of ['a', 'b']) await perKey.run(() => 'up', { context: contextOf(key) })

    await perKey.run(() => 'up', { context: contextOf('bad') }).catch(() => {})

    expect([...perKey.entries()].map(([key]) => key)).toEqual(['a', 'b'])
  })

  it.each([
    ['nothing', undefined, 'undefined'],
    ['no policy', { run: () => {} }, 'an object'],
  ])('rejects a run when `make` returns %s', async (_, made, shown) => {
    const perKey = perKeyWith({ name: 'per host', make: () => made })

    const answer = perKey.run(() => 'up', { context: contextOf('a') })

    await expect(answer).rejects.toThrow(
      new TypeError(`per host: make must return a policy; what it returned must be a policy, got ${shown}`),
    )
    expect(perKey.size).toBe(0)
  })

  it.each([
    ['make', 'a'],
    ['makeOverflow', 'x'.repeat(2_000)],
  ])('rejects a run when `%s` returns a policy with another clock', async (option, key) => {
    const perKey = perKeyWith({ name: 'per host', [option]: () => passing({ clock: virtualClock() }) })

    const answer = perKey.run(() => 'up', { context: contextOf(key) })

    await expect(answer).rejects.toThrow(/^per host: .* with another clock, give both the same$/)
  })

  it.each([
    ['for the same key', 1, 'a', 'a'],
    ['for another key, and is full then', 1, 'b', 'b'],
    ['for another key, and is full of busy ones then', 1, 'busy', 'busy'],
    ['for another key, and has room', 2, 'b', 'b,a'],
  ])('stays within its bound, with one policy a key, when `make` runs it %s', async (_, maxKeys, key, keys) => {
    const hanging: Promise<unknown>[] = []
    const make = vi.fn((made: string): Telling => {
      if (make.mock.calls.length === 1) {
        hanging.push(perKey.run(() => (key === 'busy' ? new Promise(() => {}) : key), { context: contextOf(key) }))
      }
      return telling({ name: made })
    })
    const perKey: Keyed<string, Telling> = keyed({ by: keyOf, make, maxKeys })

    const answer = await perKey.run(() => 'up', { context: contextOf('a') })
    await virtualClock().settle()

    expect(answer).toBe('up')
    expect(hanging).toHaveLength(1)
    expect(keysOf(perKey).length).toBeLessThanOrEqual(maxKeys)
    expect(String(keysOf(perKey))).toBe(keys)
  })

  it('stays within its bound when a listener runs it for another key while one is dropped', async () => {
    const perKey = keyed<string, Telling>({ by: keyOf, make: key => telling({ name: key }), maxKeys: 1 })
    const answers: Promise<string>[] = []
    const stop = perKey.subscribe(({ type }) => {
      if (type !== 'keyed.evicted') return
      stop()
      answers.push(perKey.run(() => 'c', { context: contextOf('c') }))
    })

    await perKey.run(() => 'a', { context: contextOf('a') })
    const answer = await perKey.run(() => 'b', { context: contextOf('b') })

    expect([answer, ...(await Promise.all(answers))]).toEqual(['b', 'c'])
    expect(keysOf(perKey)).toHaveLength(1)
  })

  it('leaves no rejection unhandled when `make` returns a promise that rejects', async () => {
    const make = (): Promise<Policy> => Promise.reject(noHost)

    const unhandled = await unhandledRejectionsOf(() =>
      perKeyWith({ make })
        .run(() => 'up', { context: contextOf('a') })
        .catch(() => {}),
    )

    expect(unhandled).toEqual([])
  })

  it('keeps the policy that `make` caused to be made meanwhile for the same key', async () => {
    let calls = 0
    const perKey = keyed<string, Policy>({
      by: keyOf,
      make: key => {
        const name = `made in call ${++calls}`
        if (calls === 1) void perKey.run(() => 'up', { context: contextOf(key) })
        return passing({ name })
      },
    })

    await perKey.run(() => 'up', { context: contextOf('a') })

    expect([...perKey.entries()].map(([key, { name }]) => [key, name])).toEqual([['a', 'made in call 2']])
  })
})
