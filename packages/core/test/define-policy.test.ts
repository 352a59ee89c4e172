import { type Policy, type PolicyEvent, pipeline } from '@holdfast/core'
import { decides, definePolicy, Emitter, promised, type Runner, readPolicyOptions, shared } from '@holdfast/core/kernel'
import { describe, expect, it, vi } from 'vitest'

/** A policy as an author writes it: it counts the calls that are in it. */
function gauge(): Policy & { readonly active: number; readonly reset: () => void } {
  let active = 0
  const emitter = new Emitter<PolicyEvent>(readPolicyOptions('gauge', { name: 'reports' }, {}))
  return definePolicy(
    {
      emitter,
      link: next => (operation, call) => {
        active++
        return next(operation, call).finally(() => {
          active--
        })
      },
    },
    {
      get active() {
        return active
      },
      reset: () => {
        active = 0
      },
    },
  )
}

describe('definePolicy', () => {
  it('makes a policy of a link', async () => {
    const policy = gauge()

    const seen = await policy.run(() => policy.active)

    expect([policy.name, policy.kind]).toEqual(['reports', 'gauge'])
    expect(seen).toBe(1)
  })

  it('gives it further members, of which accessors stay accessors', async () => {
    const policy = gauge()
    const { reset } = policy

    const answers = [policy.run(() => new Promise(() => {})), policy.run(() => new Promise(() => {}))]
    expect(policy.active).toBe(2)
    reset()

    expect(policy.active).toBe(0)
    expect(answers).toHaveLength(2)
  })

  it('links it once for each place that it has, not for each call', async () => {
    const link = vi.fn((next: Runner) => next)
    const emitter = new Emitter<PolicyEvent>(readPolicyOptions('linked', {}, {}))
    const policy = definePolicy<never, PolicyEvent, object>({ emitter, link }, {})
    const layers = pipeline(policy, policy)
    const links = link.mock.calls.length

    for (let run = 0; run < 3; run++) await Promise.all([policy.run(() => 'up'), layers.run(() => 'up')])

    expect(links).toBe(3)
    expect(link).toHaveBeenCalledTimes(links)
  })
})

describe('decides', () => {
  it.each([
    [true, true],
    [1, true],
    [{}, true],
    [false, false],
    [undefined, false],
    [null, false],
    ['', false],
  ])('takes %o for %s', (verdict, expected) => {
    expect(decides('users', 'handles', verdict)).toBe(expected)
  })

  it('refuses a promise, which would always be true', () => {
    expect(() => decides('users', 'handles', Promise.resolve(false))).toThrow(
      new TypeError('users: handles must decide at once, got a promise'),
    )
  })
})

describe('promised', () => {
  it('is the very promise that the work returns', () => {
    const promise = Promise.resolve('up')

    expect(promised(() => promise)).toBe(promise)
  })

  it('is a promise of a plain value', async () => {
    await expect(promised(() => 'up')).resolves.toBe('up')
  })

  it('rejects with what the work throws', async () => {
    const error = new Error('down')

    const answer = promised(() => {
      throw error
    })

    await expect(answer).rejects.toBe(error)
  })
})

describe('shared', () => {
  it('is made once in a process, by the first who asks', () => {
    const [first, second] = [vi.fn(() => ({})), vi.fn(() => ({}))]

    const things = [shared('a test', first), shared('a test', second)]

    expect(things[0]).toBe(things[1])
    expect(first).toHaveBeenCalledOnce()
    expect(second).not.toHaveBeenCalled()
  })

  it.each(['__proto__', 'constructor', 'toString'])('may have any name: %s', name => {
    const thing = {}

    expect(shared(name, () => thing)).toBe(thing)
    expect(shared(name, () => ({}))).toBe(thing)
  })
})
