import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { type Clock, type Policy, type PolicyEvent, pipeline } from '@holdfast/core'
import { definePolicy, Emitter, readPolicyOptions } from '@holdfast/core/kernel'
import { virtualClock } from '@holdfast/testing'
import { expect, it } from 'vitest'

/** A layer whose author forgot that a runner never throws. */
function forgetful(fault: unknown, clock: Clock): Policy {
  const emitter = new Emitter<PolicyEvent>(readPolicyOptions('forgetful', { clock }, {}))
  const link = () => () => {
    throw fault
  }
  return definePolicy<never, PolicyEvent, object>({ emitter, link }, {})
}

it('a closed circuit counts it as a failure that a layer inside throws', async () => {
  const clock = virtualClock()
  const breaker = circuitBreaker({ clock, trip: consecutiveFailures(1) })

  await expect(
    pipeline(breaker, forgetful(new Error('the author forgot'), clock)).run(() => 'not called'),
  ).rejects.toThrow()

  expect(breaker.state).toBe('open')
})

it('a half-open circuit loses no probe to a layer inside that throws', async () => {
  const clock = virtualClock()
  const fault = new Error('the author forgot')
  const breaker = circuitBreaker({ clock, trip: consecutiveFailures(1), openMs: 1_000, random: () => 1 })
  breaker.record('failure')
  await clock.advance(1_000)

  await expect(pipeline(breaker, forgetful(fault, clock)).run(() => 'not called')).rejects.toBe(fault)

  expect(breaker.state).toBe('open')
  expect(clock.pendingTimers).toBe(0)
})
