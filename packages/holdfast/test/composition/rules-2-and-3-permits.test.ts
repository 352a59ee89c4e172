import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, rejects, resolves, returns, type Step, scripted, throws, virtualClock } from '@holdfast/testing'
import { observe } from 'holdfast'
import { describe, expect, it } from 'vitest'
import { placements } from './placements.ts'

const protectiveError = Object.assign(new Error('full'), { code: 'ERR_HOLDFAST_BULKHEAD_FULL' })

/** How the one run ends that holds the only slot there is. */
const endings: readonly [string, Step<string>[]][] = [
  ['a value', [resolves('product', { afterMs: 10 })]],
  ['a plain value', [returns('plain')]],
  ['a rejection', [rejects(new Error('reset'))]],
  ['a synchronous throw', [throws(new Error('at once'))]],
  ['the rejection of an inner policy', [rejects(protectiveError)]],
  ['the limit of its run', [hangs()]],
]

describe.each(placements)('the permit of a call through $title', ({ make }) => {
  it.each(endings)('comes back after %s', async (_, steps) => {
    const clock = virtualClock()
    const policy = make(clock)
    const [first] = steps

    const end = policy
      .run(scripted([first as Step<string>, resolves('again')], { clock }), { timeoutMs: 5_000 })
      .catch(() => 'rejected')
    await clock.advance(20_000)
    await end

    expect(await policy.run(() => 'next')).toBe('next')
  })

  it('comes back after an abort', async () => {
    const clock = virtualClock()
    const policy = make(clock)
    const controller = new AbortController()

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock }), { signal: controller.signal }))
    controller.abort()
    await rejection
    await clock.settle()

    expect(await policy.run(() => 'next')).toBe('next')
  })

  it('comes back before the caller is answered', async () => {
    const clock = virtualClock()
    const policy = make(clock)

    const answers = await policy.run(() => 'first').then(async first => [first, await policy.run(() => 'second')])

    expect(answers).toEqual(['first', 'second'])
  })
})

describe.each(placements)('a listener of $title', ({ make }) => {
  it.each([
    [
      'throws',
      (fault: Error) => {
        throw fault
      },
    ],
    ['rejects', (fault: Error) => Promise.reject(fault)],
  ])('that %s changes no outcome', async (_, fail) => {
    const clock = virtualClock()
    const fault = new Error('fault of a listener')
    const faults: unknown[] = []
    const stop = observe({ fault: report => faults.push(report.error) })
    const policy = make(clock)
    policy.subscribe(() => fail(fault))
    const last = new Error('last')

    const rejection = rejectionOf(policy.run(scripted([rejects(last), rejects(last)], { clock })))
    await clock.runAll()
    const rejectedWith = await rejection
    stop()

    expect(rejectedWith).toBe(last)
    expect(faults.filter(reported => reported !== fault)).toEqual([])
  })
})
