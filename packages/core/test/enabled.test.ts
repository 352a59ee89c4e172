import { pipeline } from '@holdfast/core'
import { type Identity, isEnabled as isOn, readPolicyOptions } from '@holdfast/core/kernel'
import { unhandledRejectionsOf } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { tapping } from './layers.ts'

const flagsAreDown = new Error('flags are down')

describe('enabled', () => {
  it('is asked at each call, which passes the policy by while it says false', async () => {
    const tap = vi.fn()
    let isEnabled = false
    const policy = tapping(tap, { enabled: () => isEnabled })

    await policy.run(() => 'up')
    expect(tap).not.toHaveBeenCalled()
    isEnabled = true
    await policy.run(() => 'up')
    isEnabled = false
    const answer = await policy.run(() => 'up')

    expect(tap).toHaveBeenCalledOnce()
    expect(answer).toBe('up')
  })

  it('switches one member of a pipeline, and leaves the others alone', async () => {
    const [on, off] = [vi.fn(), vi.fn()]

    await pipeline(tapping(off, { enabled: () => false }), tapping(on)).run(() => 'up')

    expect(on).toHaveBeenCalledOnce()
    expect(off).not.toHaveBeenCalled()
  })

  it('switches a pipeline as a whole, also within another', async () => {
    const [inner, outer] = [vi.fn(), vi.fn()]
    const switched = pipeline(tapping(inner), tapping(inner), { enabled: () => false })

    await switched.run(() => 'up')
    await pipeline(tapping(outer), switched).run(() => 'up')

    expect(inner).not.toHaveBeenCalled()
    expect(outer).toHaveBeenCalledOnce()
  })

  it('rejects the run with what it throws, without calling the operation', async () => {
    const operation = vi.fn(() => 'up')
    const enabled = (): boolean => {
      throw flagsAreDown
    }

    const answer = tapping(() => {}, { enabled }).run(operation)

    await expect(answer).rejects.toBe(flagsAreDown)
    expect(operation).not.toHaveBeenCalled()
  })

  it('rejects the run when it returns a promise, which would always be true', async () => {
    const enabled = (async () => false) as unknown as () => boolean

    const answer = tapping(() => {}, { name: 'users', enabled }).run(() => 'up')

    await expect(answer).rejects.toThrow(new TypeError('users: enabled must decide at once, got a promise'))
  })

  it('leaves no rejection unhandled when that promise rejects', async () => {
    const enabled = (() => Promise.reject(flagsAreDown)) as unknown as () => boolean

    const unhandled = await unhandledRejectionsOf(() =>
      tapping(() => {}, { enabled })
        .run(() => 'up')
        .catch(() => {}),
    )

    expect(unhandled).toEqual([])
  })

  it('takes any word that is true in JavaScript for yes', async () => {
    const tap = vi.fn()

    for (const word of [1, 'yes', {}, 0, '', null, undefined]) {
      await tapping(tap, { enabled: (() => word) as unknown as () => boolean }).run(() => 'up')
    }

    expect(tap).toHaveBeenCalledTimes(3)
  })

  it('is refused when it is not a function', () => {
    expect(() => tapping(() => {}, { enabled: true as unknown as () => boolean })).toThrow(
      new TypeError('tapping: enabled must be a function, got true'),
    )
  })

  it('is what policies with members of their own ask by isEnabled; without the option, they are', () => {
    const identityWith = (enabled?: () => boolean): Identity => readPolicyOptions('gate', { enabled }, {})

    expect([undefined, () => true, () => false].map(enabled => isOn(identityWith(enabled)))).toEqual([
      true,
      true,
      false,
    ])
  })
})
