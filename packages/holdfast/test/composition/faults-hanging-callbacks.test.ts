import { hangs, rejects, scripted, virtualClock } from '@holdfast/testing'
import { type AnyPolicy, type Clock, constant, fallback, retry } from 'holdfast'
import { describe, expect, it } from 'vitest'
import { aftermathOf, first, nothing, places, rejected } from './faults.ts'

const reset = new Error('reset')
const fault: Error = Object.freeze(new Error('fault of a callback'))
const backoff = constant({ delayMs: 100, jitter: 'none' })

describe.each(places)('a callback that hangs, $place,', ({ put }) => {
  it.each<[string, (clock: Clock) => AnyPolicy]>([
    ['to', clock => fallback({ clock, to: first(() => new Promise(() => {}), 'instead') })],
    ['beforeRetry', clock => retry({ clock, backoff, beforeRetry: first(() => new Promise(() => {}), undefined) })],
  ])('ends with the limit of its run, and with an abort at once: %s', async (_, make) => {
    for (const byAbort of [false, true]) {
      const clock = virtualClock()
      const policy = put(make(clock), clock)
      const controller = new AbortController()
      if (byAbort) clock.setTimeout(() => controller.abort(fault), 500)
      const operation = scripted([rejects(reset), hangs()], { clock })

      const { end, left } = await aftermathOf(policy, clock, operation, { signal: controller.signal, timeoutMs: 1_000 })

      expect(end).toMatchObject({ reason: byAbort ? fault : { code: 'ERR_HOLDFAST_TIMEOUT' } })
      expect(operation.calls).toHaveLength(1)
      expect(left).toEqual(nothing)
    }
  })

  it.each(['beforeRetry', 'to'] as const)('aborts the run itself and is obeyed at once: %s', async which => {
    const clock = virtualClock()
    const controller = new AbortController()
    const abort = (): Promise<never> => {
      controller.abort(fault)
      return new Promise(() => {})
    }
    const policy = put(
      which === 'to' ? fallback({ clock, to: abort }) : retry({ clock, backoff, beforeRetry: abort }),
      clock,
    )
    const operation = scripted<string>([rejects(reset)], { clock })

    const { end, left } = await aftermathOf(policy, clock, operation, { signal: controller.signal })

    expect(end).toEqual(rejected(fault))
    expect(operation.calls).toHaveLength(1)
    expect(left).toEqual(nothing)
  })
})
