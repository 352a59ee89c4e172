import { rejects, scripted, throws, virtualClock } from '@holdfast/testing'
import { observe, type PolicyEvent } from 'holdfast'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aftermathOf, everywhere, nothing } from './faults.ts'

const throwing = (): never => {
  throw new Error('fault of a getter')
}

/** An error whose members throw when somebody reads them. */
function unreadable(...members: readonly string[]): Error {
  const error = new Error('unreadable')
  for (const member of members) Object.defineProperty(error, member, { get: throwing })
  return error
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const endless: Error & { cause?: unknown } = new Error('its own cause')
endless.cause = endless

const hostile: readonly [string, unknown][] = [
  ['a frozen error', Object.freeze(new Error('frozen'))],
  ['undefined', undefined],
  ['null', null],
  ['an empty text', ''],
  ['a number', Number.NaN],
  ['a symbol', Symbol('fault')],
  ['a bigint', 1n],
  ['a function', () => {}],
  ['an object without a prototype', Object.freeze(Object.create(null))],
  ['an error that is its own cause', endless],
  ['an error whose name throws', unreadable('name')],
  ['an error whose code throws', unreadable('code')],
  ['an error of which nothing can be read', unreadable('name', 'code', 'message', 'stack', 'cause', 'toString')],
  [
    'an error whose name and code are objects',
    Object.assign(new Error('odd'), { name: {}, code: { toString: throwing } }),
  ],
  ['an error whose code is that of a prototype', Object.assign(new Error('odd'), { code: '__proto__' })],
  ['an error whose code is very long', Object.assign(new Error('long'), { code: '\u0000x'.repeat(100_000) })],
  ['a revoked proxy', revoked()],
  [
    'a proxy that throws at everything',
    new Proxy({}, { get: throwing, has: throwing, getPrototypeOf: throwing, ownKeys: throwing, set: throwing }),
  ],
]

describe.each(everywhere)('an operation under $place', ({ make }) => {
  describe.each(hostile)('that fails with %s', (_, error) => {
    it.each([rejects, throws])('rejects with that very thing, watched or not', async fail => {
      for (const isWatched of [false, true]) {
        const clock = virtualClock()
        const policy = make(clock)
        const told: (PolicyEvent & { readonly errorCode?: string })[] = []
        const faults: unknown[] = []
        const stop = isWatched ? policy.subscribe((event: PolicyEvent) => told.push(event)) : () => {}
        const unwatch = isWatched
          ? observe({ event: event => told.push(event), fault: fault => faults.push(fault) })
          : stop
        onTestFinished(unwatch)

        const { end, left, next } = await aftermathOf(
          policy,
          clock,
          scripted<string>([fail(error), fail(error)], { clock }),
        )
        unwatch()

        expect(end?.status).toBe('rejected')
        expect(Object.is((end as PromiseRejectedResult).reason, error)).toBe(true)
        expect([left, next, faults]).toEqual([nothing, 'next', []])
        expect(told.every(({ errorCode = '' }: { readonly errorCode?: string }) => errorCode.length <= 120)).toBe(true)
      }
    })
  })
})
