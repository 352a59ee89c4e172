// biome-ignore-all lint/suspicious/noThenProperty: these are the faults
/* oxlint-disable unicorn/no-thenable -- these are the faults */
import { hangs, rejects, resolves, type Step, scripted, virtualClock } from '@holdfast/testing'
import { type AnyPolicy, observe, type PolicyEvent } from 'holdfast'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aftermathOf, everywhere, nothing } from './faults.ts'

const reset = new Error('reset')
const fault = new Error('fault of a listener')

/** What listeners do wrong is collected, and not on the console. */
function faultsSeen(): unknown[] {
  const faults: unknown[] = []
  onTestFinished(observe({ fault: ({ error }) => faults.push(error) }))
  return faults
}

const courses: readonly [string, readonly Step<string>[]][] = [
  ['a success', [resolves('product', { afterMs: 10 })]],
  ['a success after a failure', [rejects(reset), resolves('product')]],
  ['failures', [rejects(reset), rejects(reset)]],
  ['a limit', [hangs(), hangs()]],
]

const faulty: readonly [string, () => unknown][] = [
  [
    'throws',
    () => {
      throw fault
    },
  ],
  ['rejects', () => Promise.reject(fault)],
  ['returns a promise that hangs', () => new Promise(() => {})],
  [
    'returns a thenable that throws',
    () => ({
      then: () => {
        throw fault
      },
    }),
  ],
  [
    'returns a thenable that rejects',
    () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(fault) }),
  ],
  [
    'returns what throws when its then is read',
    () =>
      Object.defineProperty({}, 'then', {
        get: () => {
          throw fault
        },
      }),
  ],
]

/** How a run ends, and what is told on the way. */
async function courseOf(
  make: (typeof everywhere)[number]['make'],
  steps: readonly Step<string>[],
  fail?: () => unknown,
) {
  const clock = virtualClock()
  const policy: AnyPolicy = make(clock)
  const types: string[] = []
  if (fail !== undefined) policy.subscribe(fail)
  policy.subscribe(({ type }: PolicyEvent) => types.push(type))
  const aftermath = await aftermathOf(policy, clock, scripted(steps, { clock }), { timeoutMs: 15_000 })
  return { ...aftermath, types }
}

describe.each(everywhere)('a listener of $place', ({ make }) => {
  describe.each(faulty)('that %s', (_, fail) => {
    it.each(courses)('changes neither the outcome nor what others hear: %s', async (_course, steps) => {
      const faults = faultsSeen()
      const expected = await courseOf(make, steps)

      const course = await courseOf(make, steps, fail)

      expect(course).toEqual({ ...expected, left: nothing })
      expect(faults.filter(seen => seen !== fault)).toEqual([])
    })
  })

  it('that runs the same policy again settles both, and deadlocks nothing', async () => {
    const clock = virtualClock()
    const policy: AnyPolicy = make(clock)
    const inner: Promise<unknown>[] = []
    policy.subscribe(() => {
      if (inner.length === 0) inner.push(policy.run(() => 'inner').catch(({ code }: { readonly code: string }) => code))
    })

    const { end, left } = await aftermathOf(policy, clock, scripted([rejects(reset), rejects(reset)], { clock }))

    expect(end).toEqual({ status: 'rejected', reason: reset })
    expect(left).toEqual(nothing)
    expect(['inner', 'ERR_HOLDFAST_BULKHEAD_FULL', undefined]).toContain(await inner[0])
  })

  it('that leaves as it hears of an event, takes others along and brings new ones, changes no outcome', async () => {
    const clock = virtualClock()
    const policy: AnyPolicy = make(clock)
    const [heard, late]: [string[], string[]] = [[], []]
    const stops: (() => void)[] = []
    const leave = ({ type }: PolicyEvent): void => {
      heard.push(type)
      for (const stop of stops) stop()
      policy.subscribe((event: PolicyEvent) => late.push(event.type))
    }
    stops.push(policy.subscribe(leave), policy.subscribe(leave))

    const { end, left, next } = await aftermathOf(
      policy,
      clock,
      scripted([rejects(reset), resolves('product')], { clock }),
    )
    const told = new Set(heard)

    expect([left, next]).toEqual([nothing, 'next'])
    expect(end?.status).toBeDefined()
    // Both were there when the first event happened; neither hears of another.
    expect(heard).toEqual([...told, ...told])
    expect(told.size).toBeLessThanOrEqual(1)
    expect(late.length).toBeLessThan(20)
  })
})
