import { type AnyPolicy, type PipelineOptions, pipeline } from '@holdfast/core'
import { holdfast } from '@holdfast/core/kernel'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { passing, posing, tapping } from './layers.ts'

/** A policy as a later version of the kernel might make it. */
const foreign = { name: 'later', run: () => {}, [Symbol.for('holdfast/2')]: {} } as unknown as AnyPolicy

describe('pipeline throws', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a function', passing],
    ['"retry"', 'retry'],
    ['an object', {}],
    ['an object', { name: 'fake', run: () => {}, [Symbol('other')]: {}, [Symbol()]: {} }],
  ])('for a member that is %s', (shown, member) => {
    expect(() => pipeline(passing(), member as unknown as AnyPolicy, passing())).toThrow(
      new TypeError(`pipeline: member 2 must be a policy, got ${shown}`),
    )
  })

  it.each([
    ['null', null],
    ['undefined', undefined],
    ['a function', passing],
  ])('for a last argument that is %s', (shown, last) => {
    expect(() => pipeline(passing(), last as unknown as AnyPolicy)).toThrow(
      new TypeError(`pipeline: member 2 must be a policy, got ${shown}`),
    )
  })

  it.each([
    ['in between', [foreign, passing()]],
    ['in the last place', [foreign]],
  ])('for a policy of another protocol %s, and names both', (_, members) => {
    expect(() => pipeline(...members)).toThrow(
      new TypeError('pipeline: member 1 speaks holdfast/2 and this kernel holdfast/1: install one version of Holdfast'),
    )
  })

  it('for members with different clocks', () => {
    const [one, two] = [passing({ clock: virtualClock() }), passing({ name: 'late', clock: virtualClock() })]

    expect(() => pipeline.named('catalogue', one, two)).toThrow(
      new TypeError('catalogue: late has another clock than the pipeline, give all members the same'),
    )
  })

  it('for a clock that is not that of the members', () => {
    const member = passing({ name: 'member', clock: virtualClock() })

    expect(() => pipeline(member, { clock: virtualClock() })).toThrow(
      new TypeError('pipeline: member has another clock than the pipeline, give all members the same'),
    )
  })

  it('for clocks that differ between the pipelines that it is made of', () => {
    const inner = pipeline(passing({ name: 'inner', clock: virtualClock() }))

    expect(() => pipeline(passing(), inner)).toThrow(TypeError)
  })

  it.each<[string, (exclusive: AnyPolicy) => AnyPolicy]>([
    ['side by side', exclusive => pipeline(exclusive, exclusive)],
    ['in a pipeline within it', exclusive => pipeline(exclusive, pipeline(passing(), exclusive))],
  ])('for a policy that would wait for itself, %s', (_, make) => {
    const exclusive = posing('bulkhead', { isExclusive: true }, { name: 'reports' })

    expect(() => make(exclusive)).toThrow(new TypeError('pipeline: reports is there twice, and would wait for itself'))
  })

  it.each([
    [{ nam: 'catalogue' }, 'pipeline: unknown option "nam", expected one of name, clock, enabled'],
    [{ name: '' }, 'pipeline: name must be a string that is not empty, got ""'],
    [{ name: null }, 'pipeline: name must be a string that is not empty, got null'],
  ])('for %o as options', (options, message) => {
    expect(() => pipeline(passing(), options as unknown as PipelineOptions)).toThrow(message)
  })

  it('for an array of members, and says so', () => {
    const members = [passing(), passing()]

    expect(() => pipeline(members as unknown as AnyPolicy)).toThrow(/^pipeline: .*got an array$/)
  })

  it('for a name that is not a string', () => {
    expect(() => pipeline.named(passing() as unknown as string)).toThrow(
      new TypeError('pipeline: name must be a string that is not empty, got an object'),
    )
  })

  it('for options that are not in the last place', () => {
    expect(() => pipeline({ name: 'catalogue' } as unknown as AnyPolicy, passing())).toThrow(
      new TypeError('pipeline: member 1 must be a policy, got an object'),
    )
  })
})

describe('pipeline', () => {
  it('accepts a policy that is not exclusive twice', () => {
    const member = passing()

    expect(() => pipeline(member, member)).not.toThrow()
  })

  it.each<[string, (derived: AnyPolicy) => AnyPolicy]>([
    ['first', derived => pipeline(derived, passing())],
    ['last', derived => pipeline(passing(), derived)],
  ])('takes an object that inherits from a policy for a policy, also in the %s place', async (_, make) => {
    const tap = vi.fn()
    const derived = Object.create(tapping(tap)) as AnyPolicy

    await make(derived).run(() => 'up')

    expect(tap).toHaveBeenCalledOnce()
  })

  it('accepts a policy that is exclusive once', () => {
    expect(() =>
      pipeline(posing('bulkhead', { isExclusive: true }), posing('bulkhead', { isExclusive: true })),
    ).not.toThrow()
  })

  it('says of itself what it has warned of: nothing, where all is well', () => {
    expect(pipeline(passing(), pipeline(passing()))[holdfast].warnings).toEqual([])
  })
})
