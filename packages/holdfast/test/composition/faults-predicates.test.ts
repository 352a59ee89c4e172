// biome-ignore-all lint/suspicious/noThenProperty: these are the faults
/* oxlint-disable unicorn/no-thenable -- these are the faults */
import { rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { type AnyPolicy, type Clock, circuitBreaker, consecutiveFailures, constant, fallback, retry } from 'holdfast'
import { describe, expect, it } from 'vitest'
import { aftermathOf, fulfilled, nothing, places, rejected } from './faults.ts'

const reset = new Error('reset')
const fault: Error = Object.freeze(new Error('fault of the predicate'))
const backoff = constant({ delayMs: 100, jitter: 'none' })
const trip = consecutiveFailures(1)

type Predicate = () => never

/** Every predicate that there is, with a first step that it is asked about. */
const predicates: readonly [string, (clock: Clock, predicate: Predicate) => AnyPolicy, 'error' | 'result'][] = [
  ['handles of a retry', (clock, handles) => retry({ clock, backoff, handles }), 'error'],
  ['handlesResult of a retry', (clock, handlesResult) => retry({ clock, backoff, handlesResult }), 'result'],
  ['handles of a breaker', (clock, handles) => circuitBreaker({ clock, trip, handles }), 'error'],
  ['ignores of a breaker', (clock, ignores) => circuitBreaker({ clock, trip, ignores }), 'error'],
  ['handlesResult of a breaker', (clock, handlesResult) => circuitBreaker({ clock, trip, handlesResult }), 'result'],
  ['handles of a fallback', (clock, handles) => fallback({ clock, to: () => 'instead', handles }), 'error'],
  [
    'handlesResult of a fallback',
    (clock, handlesResult) => fallback({ clock, to: () => 'instead', handlesResult }),
    'result',
  ],
]

const cases = places.flatMap(({ place, put }) =>
  predicates.map(([predicate, make, about]) => ({ predicate, place, about, put, make })),
)

const firstStep = { error: rejects(reset), result: resolves('poor') }

/** Goes wrong at the first question only, so that the next call can show what is left. */
function once(fail: () => unknown): Predicate {
  let asked = 0
  return () => (asked++ === 0 ? fail() : false) as never
}

describe.each(cases)('$predicate, $place,', ({ about, put, make }) => {
  it.each([
    ['an error', fault],
    ['undefined', undefined],
    ['null', null],
    ['a text', 'text'],
  ])(
    'that throws %s rejects the run with it, counts nothing, and leaves the policy as good as before',
    async (_, thrown) => {
      const clock = virtualClock()
      const predicate = once(() => {
        throw thrown as unknown
      })
      const policy = put(make(clock, predicate), clock)
      const operation = scripted<string>([firstStep[about]], { clock })

      const { end, left, next } = await aftermathOf(policy, clock, operation)

      expect(end).toEqual(rejected(thrown))
      expect((end as PromiseRejectedResult).reason).toBe(thrown)
      expect([left, next]).toEqual([nothing, 'next'])
      expect(operation.calls).toHaveLength(1)
    },
  )

  it.each<[string, () => unknown]>([
    ['a promise', () => Promise.resolve(false)],
    ['a promise that rejects', () => Promise.reject(fault)],
    ['a promise that hangs', () => new Promise(() => {})],
    ['a thenable', () => ({ then: () => {} })],
    [
      'a thenable that throws',
      () => ({
        then: () => {
          throw fault
        },
      }),
    ],
  ])('that returns %s rejects the run with a TypeError, and nothing is unhandled', async (_, fail) => {
    const clock = virtualClock()
    const policy = put(make(clock, once(fail)), clock)

    const { end, left, next } = await aftermathOf(policy, clock, scripted<string>([firstStep[about]], { clock }))

    expect(end).toMatchObject({ status: 'rejected', reason: { name: 'TypeError' } })
    expect(String((end as PromiseRejectedResult).reason)).toContain('must decide at once, got a promise')
    expect([left, next]).toEqual([nothing, 'next'])
  })

  it.each<[string, () => unknown]>([
    ['a revoked proxy', revoked],
    ['an object whose then throws when it is read', unreadable],
  ])('that returns %s settles the run', async (_, fail) => {
    const clock = virtualClock()
    const policy = put(make(clock, once(fail)), clock)

    const { end, left, next } = await aftermathOf(policy, clock, scripted<string>([firstStep[about]], { clock }))

    expect(end).toMatchObject({ status: 'rejected' })
    expect([left, next]).toEqual([nothing, 'next'])
  })
})

describe.each(places)('a retry whose handles returns garbage, $place,', ({ put }) => {
  it.each([
    ['yes', 1, 'yes', [], {}, Symbol('yes'), -1, Infinity, 1n, () => false],
    ['no', 0, '', Number.NaN, null, undefined, -0, 0n],
  ] as const)('takes it for %s as JavaScript does', async (word, ...garbage) => {
    for (const said of garbage) {
      const clock = virtualClock()
      const policy = put(retry({ clock, backoff, handles: once(() => said) }), clock)

      const { end, left } = await aftermathOf(policy, clock, scripted([rejects(reset), resolves('product')], { clock }))

      expect(end).toEqual(word === 'yes' ? fulfilled('product') : rejected(reset))
      expect(left).toEqual(nothing)
    }
  })
})

describe('a breaker whose predicate throws', () => {
  it.each(['handles', 'ignores', 'handlesResult'] as const)(
    'takes the outcome for neither a failure nor a success: %s',
    async which => {
      const clock = virtualClock()
      let asked = 0
      const predicate = (): boolean => {
        if (++asked === 2) throw fault
        return which !== 'ignores'
      }
      const breaker = circuitBreaker({ clock, trip: consecutiveFailures(2), [which]: predicate })
      const operation = which === 'handlesResult' ? () => 'poor' : () => Promise.reject(reset)

      const states: string[] = []
      for (let call = 0; call < 3; call++) {
        await breaker.run(operation).catch(() => 'rejected')
        states.push(breaker.state)
      }

      expect(states).toEqual(['closed', 'closed', 'open'])
    },
  )
})

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function unreadable(): object {
  return Object.defineProperty({}, 'then', {
    get: () => {
      throw fault
    },
  })
}
