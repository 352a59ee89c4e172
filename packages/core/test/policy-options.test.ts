import { type Clock, type CommonOptions, systemClock } from '@holdfast/core'
import { type Identity, integer, readPolicyOptions } from '@holdfast/core/kernel'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'

const read = (given: unknown): Identity => readPolicyOptions('limiter', given, { maxCalls: integer(1, 5) })

describe('the options of every policy', () => {
  it('may all be left out', () => {
    expect(read(undefined)).toEqual({
      kind: 'limiter',
      name: 'limiter',
      clock: systemClock,
      enabled: undefined,
      maxCalls: 5,
    })
  })

  it('are name, clock and enabled', () => {
    const given: CommonOptions = { name: 'users', clock: virtualClock(), enabled: () => true }

    expect(read(given)).toEqual({ ...given, kind: 'limiter', maxCalls: 5 })
  })

  it('name the policy in errors when it has a good name', () => {
    expect(() => read({ name: 'users', maxCalls: 0 })).toThrow(
      new RangeError('limiter "users": maxCalls must be an integer of at least 1, got 0'),
    )
  })

  it('throw a TypeError for null', () => {
    expect(() => read(null)).toThrow(new TypeError('limiter: options must be an object, got null'))
  })

  it('list what is known when one is unknown', () => {
    expect(() => read({ names: 'users' })).toThrow(
      new TypeError('limiter: unknown option "names", expected one of maxCalls, name, clock, enabled'),
    )
  })

  it('are each read once', () => {
    const name = vi.fn(() => 'users')
    const given = Object.defineProperty({}, 'name', { get: name, enumerable: true })

    read(given)

    expect(name).toHaveBeenCalledOnce()
  })

  it.each([
    ['', RangeError, '""'],
    ['\u0000\u200b', RangeError, '""'],
    [5, TypeError, '5'],
    [null, TypeError, 'null'],
  ])('refuse %j as a name', (name, type, shown) => {
    expect(() => read({ name })).toThrow(new type(`limiter: name must be a string that is not empty, got ${shown}`))
  })

  it('free a name of control characters and bound its length', () => {
    expect(read({ name: `a\r\nb\u001b[0m${'x'.repeat(1_000)}` }).name).toMatch(/^ab\[0mx{1,112}$/)
  })

  it.each([
    ['null', null],
    ['a number', 5],
    ['a clock without timers', { nowMs: () => 0, epochMs: () => 0 }],
    ['a class of clocks', virtualClock],
  ])('refuse %s as a clock', (_, clock) => {
    expect(() => read({ clock })).toThrow(
      /^limiter: clock must be a clock with nowMs, epochMs, setTimeout and clearTimeout, got /,
    )
  })

  it('accept a clock whose methods are inherited', () => {
    const clock = Object.create(virtualClock()) as Clock

    expect(read({ clock }).clock).toBe(clock)
  })
})
