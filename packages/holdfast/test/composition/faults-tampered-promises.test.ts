/* oxlint-disable unicorn/no-thenable -- these are the faults */
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { aftermathOf, everywhere, fulfilled, nothing, rejected } from './faults.ts'

const fault: Error = Object.freeze(new Error('fault of a then'))

const throwing = (): never => {
  throw fault
}

type Handler = (settled: unknown) => unknown

/** A promise of the platform, with a then of its own. */
function tampered(then: (onValue: Handler, onError: Handler) => unknown): Promise<unknown> {
  return Object.assign(Promise.resolve('value'), { then }) as Promise<unknown>
}

const promises: readonly [string, () => Promise<unknown>, PromiseSettledResult<unknown>][] = [
  ['throws', () => tampered(throwing), rejected(fault)],
  [
    'brings a value and then an error',
    () =>
      tampered((onValue, onError) => {
        onValue('first')
        return onError(fault)
      }),
    fulfilled('first'),
  ],
  [
    'returns nothing',
    () =>
      tampered(onValue => {
        onValue('first')
      }),
    fulfilled('first'),
  ],
  [
    'throws when it is read',
    () => Object.defineProperty(Promise.resolve('value'), 'then', { get: throwing }),
    rejected(fault),
  ],
]

describe.each(everywhere)('an operation under $place whose promise has a then of its own that', ({ make }) => {
  it.each(promises)('%s settles the run once, and gives its permit back', async (_, start, expected) => {
    const clock = virtualClock()

    const { end, left, next } = await aftermathOf(make(clock), clock, start)

    expect(end).toEqual(expected)
    expect([left, next]).toEqual([nothing, 'next'])
  })

  it('never settles ends with the limit of its run', async () => {
    const clock = virtualClock()

    const { end, left } = await aftermathOf(make(clock), clock, () => tampered(() => new Promise(() => {})), {
      timeoutMs: 1_000,
    })

    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ERR_HOLDFAST_TIMEOUT' } })
    expect(left).toEqual(nothing)
  })
})
