// biome-ignore-all lint/suspicious/noThenProperty: these are the faults
/* oxlint-disable unicorn/no-thenable -- these are the faults */
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { aftermathOf, everywhere, fulfilled, nothing, rejected } from './faults.ts'

const fault: Error = Object.freeze(new Error('fault of a thenable'))

type Then = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => unknown
const thenable = (then: Then): unknown => ({ then })

const frozenThenable: unknown = Object.freeze({ then: () => {} })

const throwing = (): never => {
  throw fault
}

class Own extends Promise<unknown> {
  override then(): never {
    throw fault
  }
}

/** What an operation may return, and how a run with it ends. */
const thenables: readonly [string, () => unknown, PromiseSettledResult<unknown>][] = [
  [
    'brings a value and then an error',
    () =>
      thenable((resolve, reject) => {
        resolve('first')
        reject(fault)
      }),
    fulfilled('first'),
  ],
  [
    'brings an error and then a value',
    () =>
      thenable((resolve, reject) => {
        reject(fault)
        resolve('second')
      }),
    rejected(fault),
  ],
  [
    'brings two values, one of them late',
    () =>
      thenable(resolve => {
        resolve('first')
        queueMicrotask(() => resolve('second'))
      }),
    fulfilled('first'),
  ],
  ['brings a value within then', () => thenable(resolve => resolve('at once')), fulfilled('at once')],
  ['throws before it brings anything', () => thenable(throwing), rejected(fault)],
  [
    'throws after it brought a value',
    () =>
      thenable(resolve => {
        resolve('first')
        throwing()
      }),
    fulfilled('first'),
  ],
  [
    'throws after it brought an error',
    () =>
      thenable((_, reject) => {
        reject(fault)
        throw new Error('another')
      }),
    rejected(fault),
  ],
  ['throws when its then is read', () => Object.defineProperty({}, 'then', { get: throwing }), rejected(fault)],
  [
    'is a value when its then is read first',
    () => {
      let reads = 0
      const then: Then = resolve => resolve('later')
      return Object.defineProperty({}, 'then', { get: () => (reads++ === 0 ? then : throwing()) })
    },
    fulfilled('later'),
  ],
  [
    'brings another thenable',
    () => thenable(resolve => resolve(thenable(inner => inner(Promise.resolve('innermost'))))),
    fulfilled('innermost'),
  ],
  ['brings a thenable that throws', () => thenable(resolve => resolve(thenable(throwing))), rejected(fault)],
  ['rejects with a thenable', () => thenable((_, reject) => reject(frozenThenable)), rejected(frozenThenable)],
  [
    'is a function',
    () => Object.assign(() => {}, { then: (resolve: (value: string) => void) => resolve('callable') }),
    fulfilled('callable'),
  ],
  ['rejects a promise within a promise', () => Promise.resolve(Promise.reject(fault)), rejected(fault)],
  ['is a promise of a class of its own whose then throws', () => new Own(() => {}), rejected(fault)],
]

describe.each(everywhere)('an operation under $place whose thenable', ({ make }) => {
  it.each(thenables)('%s settles the run once', async (_, start, expected) => {
    const clock = virtualClock()

    const { end, left, next } = await aftermathOf(make(clock), clock, () => start())

    expect(end).toEqual(expected)
    expect([left, next]).toEqual([nothing, 'next'])
  })

  it('is a revoked proxy rejects with a TypeError', async () => {
    const clock = virtualClock()
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()

    const { end, left, next } = await aftermathOf(make(clock), clock, () => proxy)

    expect(end).toMatchObject({ status: 'rejected', reason: { name: 'TypeError' } })
    expect([left, next]).toEqual([nothing, 'next'])
  })

  it('never settles ends with the limit of its run', async () => {
    const clock = virtualClock()

    const { end, left } = await aftermathOf(make(clock), clock, () => thenable(() => {}), { timeoutMs: 1_000 })

    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ERR_HOLDFAST_TIMEOUT' } })
    expect(left).toEqual(nothing)
  })

  it('is returned synchronously by a run within a run settles both', async () => {
    const clock = virtualClock()
    const [outer, inner] = [make(clock), make(clock)]

    const { end, left, next } = await aftermathOf(outer, clock, call =>
      inner.run(() => thenable(resolve => resolve('inner')), call),
    )

    expect([end, left, next]).toEqual([fulfilled('inner'), nothing, 'next'])
  })
})
