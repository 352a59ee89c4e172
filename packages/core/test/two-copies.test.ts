import { rm } from 'node:fs/promises'
import { type AnyPolicy, isHoldfastError, keyed, observe, type PolicyEvent, pipeline, policies } from '@holdfast/core'
import type { KernelCall } from '@holdfast/core/kernel'
import { secondCopy } from '@holdfast/fixtures/second-copy'
import { virtualClock } from '@holdfast/testing'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { contextOf, keyOf } from './call-key.ts'
import { limiting, passing, tapping } from './layers.ts'

const { folder, load } = await secondCopy()
afterAll(() => rm(folder, { recursive: true }))

const other = (await load('core')) as typeof import('@holdfast/core')
const otherKernel = (await load('core', 'kernel')) as typeof import('@holdfast/core/kernel')

/** A policy made by the other copy, which shows the calls that it sees. */
function othersPolicy(tap: (call: KernelCall) => unknown = () => {}, clock = other.systemClock): AnyPolicy {
  const identity = otherKernel.readPolicyOptions('other', { clock }, {})
  const emitter = new otherKernel.Emitter<PolicyEvent>(identity)
  return otherKernel.definePolicy<never, PolicyEvent, object>(
    {
      emitter,
      link: next => (operation, call) => {
        tap(call)
        if (emitter.isHeard) emitter.emit({ type: 'other.passed' }, call)
        return next(operation, call)
      },
    },
    {},
  )
}

const hang = (): Promise<never> => new Promise(() => {})

describe('two copies of the kernel in one process', () => {
  it('are two', () => {
    expect(other.pipeline).not.toBe(pipeline)
    expect(other.TimeoutError).not.toBe(TypeError)
  })

  it('accept the policies of each other, with the clock of the platform', async () => {
    const seen = vi.fn()
    const [ours, theirs] = [pipeline(passing(), othersPolicy(seen)), other.pipeline(othersPolicy(seen), passing())]

    const answers = [await ours.run(() => 'up'), await theirs.run(() => 'up')]

    expect(answers).toEqual(['up', 'up'])
    expect(seen).toHaveBeenCalledTimes(2)
  })

  it('cancel through the layers of each other', async () => {
    const clock = virtualClock()
    const calls: KernelCall[] = []
    const signals: AbortSignal[] = []
    const theirs = othersPolicy(call => calls.push(call), clock)
    const layers = other.pipeline(limiting({ limitMs: 50, clock }), theirs, limiting({ limitMs: 800, clock }))

    const answer = layers.run(({ signal }) => {
      signals.push(signal)
      return hang()
    })
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])

    expect(calls.map(({ cancelled }) => cancelled?.origin)).toEqual(['timeout'])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    expect(clock.pendingTimers).toBe(0)
  })

  it('take the calls of each other for a run within', async () => {
    const controller = new AbortController()
    const inner = vi.fn((error: unknown) => error)

    const answer = passing().run(call => othersPolicy().run(hang, call).catch(inner), { signal: controller.signal })
    controller.abort('enough')

    await expect(answer).rejects.toBe('enough')
    expect(inner).toHaveBeenCalledExactlyOnceWith('enough')
  })

  it('tell the observers of each other', async () => {
    const [ours, theirs] = [vi.fn(), vi.fn()]
    onTestFinished(observe({ event: ({ type }) => void ours(type) }))
    onTestFinished(other.observe({ event: ({ type }) => void theirs(type) }))

    await pipeline(passing(), othersPolicy()).run(() => 'up')

    const types = [
      'call.started',
      'passing.passed',
      'other.passed',
      'attempt.started',
      'attempt.settled',
      'call.settled',
    ]
    expect(ours.mock.calls.flat()).toEqual(types)
    expect(theirs.mock.calls.flat()).toEqual(types)
  })

  it('tell events in one order, also those that listeners of the one cause in the other', async () => {
    const log: string[] = []
    const theirs = othersPolicy()
    const ours = passing()
    ours.subscribe(() => void theirs.run(() => 'up'))
    onTestFinished(observe({ event: ({ type }) => log.push(type) }))

    await ours.run(() => 'up')

    expect(log.filter(type => type.endsWith('.passed'))).toEqual(['passing.passed', 'other.passed'])
  })

  it('number their runs together', async () => {
    const ids: number[] = []
    const both = [tapping(call => ids.push(call.callId)), othersPolicy(call => ids.push(call.callId))]

    for (const policy of [...both, ...both]) await policy.run(() => 'up')

    expect(new Set(ids).size).toBe(4)
  })

  it('list the policies of each other', () => {
    const [ours, theirs] = [passing(), othersPolicy()]

    expect([...policies()]).toEqual(expect.arrayContaining([ours, theirs]))
    expect([...other.policies()]).toEqual(expect.arrayContaining([ours, theirs]))
  })

  it('know the errors of each other', () => {
    const error = new other.TimeoutError('users', 800)

    expect(isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT')).toBe(true)
  })

  it('give keys policies that the other made', async () => {
    const seen = vi.fn()
    const perKey = keyed({ by: keyOf, make: () => othersPolicy(seen) })

    await perKey.run(() => 'up', { context: contextOf('a') })

    expect(seen).toHaveBeenCalledOnce()
  })
})
