import { circuitBreaker } from '@holdfast/circuit-breaker'
import { type Policy, type PolicyEvent, pipeline } from '@holdfast/core'
import { definePolicy, Emitter, type Runner, readPolicyOptions } from '@holdfast/core/kernel'
import { describe, expect, it, type Mock, vi } from 'vitest'
import { fail, succeed } from './brittle.ts'

/** A layer that overhears the layer around it: by which handlers it waits for each of its calls. */
function overheard(thens: Mock[]): Policy {
  const emitter = new Emitter<PolicyEvent>(readPolicyOptions('overheard', {}, {}))
  const link =
    (next: Runner): Runner =>
    (operation, call) => {
      const answer = next(operation, call)
      thens.push(vi.spyOn(answer, 'then') as Mock)
      return answer
    }
  return definePolicy<never, PolicyEvent, object>({ emitter, link }, {})
}

describe('a closed circuit breaker whose calls need neither a predicate nor a clock', () => {
  it('makes nothing for a call: all of them share two handlers', async () => {
    const thens: Mock[] = []
    const policy = pipeline(circuitBreaker(), overheard(thens))

    await succeed(policy, 3)
    await fail(policy, 3)

    expect(thens).toHaveLength(6)
    expect(new Set(thens.flatMap(({ mock }) => mock.calls.flat() as unknown[])).size).toBe(2)
  })
})
