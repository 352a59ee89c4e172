import { type PolicyEvent, pipeline } from '@holdfast/core'
import { definePolicy, Emitter, type Runner, readPolicyOptions } from '@holdfast/core/kernel'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const fault = new Error('the author forgot')

describe('a runner that throws, against the rules', () => {
  const clock = virtualClock()
  const emitter = new Emitter<PolicyEvent>(readPolicyOptions('forgetful', { clock }, {}))
  const link = (): Runner => () => {
    throw fault
  }
  const forgetful = pipeline(definePolicy<never, PolicyEvent, object>({ emitter, link }, {}))

  it('rejects the run', async () => {
    await expect(forgetful.run(() => 'not called')).rejects.toBe(fault)
  })

  it('leaves no timer', async () => {
    await expect(forgetful.run(() => 'not called', { timeoutMs: 100 })).rejects.toBe(fault)

    expect(clock.pendingTimers).toBe(0)
  })
})
