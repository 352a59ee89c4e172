import { fallback } from '@holdfast/fallback'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import type { FallbackFacts } from './fallback-facts.ts'

const fault = new Error('fault of the predicate')
const throwing = (): never => {
  throw fault
}

describe('handles', () => {
  it('says which errors are answered, and leaves the others as they are', async () => {
    const clock = virtualClock()
    const other = Object.freeze(new RangeError('not mine'))
    const policy = fallback({ clock, to: () => 'instead', handles: ({ error }) => error instanceof TypeError })

    expect(await policy.run(scripted([rejects(new TypeError('fetch failed'))], { clock }))).toBe('instead')
    expect(await rejectionOf(policy.run(scripted([rejects(other)], { clock })))).toBe(other)
  })

  it('is told the error, the attempt and the call', async () => {
    const clock = virtualClock()
    const error = new Error('reset')
    const context = { tenant: 'north' }
    const told: FallbackFacts[] = []
    const handles = (failed: FallbackFacts): boolean => told.push(failed) > 0

    await fallback({ clock, to: () => 'instead', handles }).run(scripted([rejects(error)], { clock }), { context })

    expect(told[0]?.error).toBe(error)
    expect(told[0]).toMatchObject({ result: undefined, attempt: 1 })
    expect(told[0]?.call.context).toBe(context)
  })

  it('that throws rejects the run with what it threw, and nothing is answered', async () => {
    const clock = virtualClock()
    let asked = 0
    const policy = fallback({ clock, to: () => asked++, handles: throwing })

    expect(await rejectionOf(policy.run(scripted([rejects(new Error('reset'))], { clock })))).toBe(fault)
    expect(asked).toBe(0)
  })

  it('that returns a promise rejects the run: a promise would always be true', async () => {
    const clock = virtualClock()
    const policy = fallback({ clock, to: () => 'instead', handles: (async () => false) as never, name: 'prices' })

    const rejection = await rejectionOf(policy.run(scripted([rejects(new Error('reset'))], { clock })))

    expect(rejection).toEqual(new TypeError('prices: handles must decide at once, got a promise'))
  })
})

describe('handlesResult', () => {
  it('says which results are answered, and leaves the others as they are', async () => {
    const clock = virtualClock()
    const policy = fallback({ clock, to: () => ['stale'], handlesResult: (rows: unknown[]) => rows.length === 0 })
    const fresh = ['fresh']

    expect(await policy.run(scripted([resolves<string[]>([])], { clock }))).toEqual(['stale'])
    expect(await policy.run(scripted([resolves(fresh)], { clock }))).toBe(fresh)
  })

  it('lets the answer know the result', async () => {
    const clock = virtualClock()
    const empty: string[] = []
    const told: FallbackFacts[] = []
    const policy = fallback({ clock, to: failed => told.push(failed), handlesResult: () => true })

    await policy.run(scripted([resolves(empty)], { clock }))

    expect(told[0]?.result).toBe(empty)
    expect(told[0]).toMatchObject({ error: undefined, attempt: 1 })
  })

  it('is not asked about the answer of the fallback itself', async () => {
    const clock = virtualClock()
    const asked: unknown[] = []
    const policy = fallback({ clock, to: () => 'instead', handlesResult: result => asked.push(result) > 0 })

    expect(await policy.run(scripted([resolves('empty')], { clock }))).toBe('instead')
    expect(asked).toEqual(['empty'])
  })

  it('is not asked about errors, which are answered all the same', async () => {
    const clock = virtualClock()
    const asked: unknown[] = []
    const policy = fallback({ clock, to: () => 'instead', handlesResult: result => asked.push(result) > 0 })

    expect(await policy.run(scripted([rejects(new Error('reset'))], { clock }))).toBe('instead')
    expect(asked).toEqual([])
  })

  it('that throws rejects the run with what it threw, and nothing is answered', async () => {
    const clock = virtualClock()
    let asked = 0
    const policy = fallback({ clock, to: () => asked++, handlesResult: throwing })

    expect(await rejectionOf(policy.run(scripted([resolves('product')], { clock })))).toBe(fault)
    expect(asked).toBe(0)
  })

  it('that returns a promise rejects the run: a promise would always be true', async () => {
    const clock = virtualClock()
    const policy = fallback({ clock, to: () => 'instead', handlesResult: (async () => false) as never })

    const rejection = await rejectionOf(policy.run(scripted([resolves('product')], { clock })))

    expect(rejection).toEqual(new TypeError('fallback: handlesResult must decide at once, got a promise'))
  })
})
