import { bulkhead } from '@holdfast/bulkhead'
import { type Policy, type PolicyEvent, pipeline } from '@holdfast/core'
import { definePolicy, Emitter, readPolicyOptions } from '@holdfast/core/kernel'
import { expect, it } from 'vitest'

/** A layer whose author forgot that a runner never throws. */
function forgetful(fault: unknown): Policy {
  const emitter = new Emitter<PolicyEvent>(readPolicyOptions('forgetful', {}, {}))
  const link = () => () => {
    throw fault
  }
  return definePolicy<never, PolicyEvent, object>({ emitter, link }, {})
}

it('a bulkhead loses no slot to a layer inside that throws', async () => {
  const fault = new Error('the author forgot')
  const slots = bulkhead({ maxConcurrent: 1 })

  await expect(pipeline(slots, forgetful(fault)).run(() => 'not called')).rejects.toBe(fault)

  expect(slots.active).toBe(0)
})
