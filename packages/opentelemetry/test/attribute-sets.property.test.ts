import { bulkhead } from '@holdfast/bulkhead'
import { policies } from '@holdfast/core'
import { retry } from '@holdfast/retry'
import type { Attributes } from '@opentelemetry/api'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { measured } from './measured.ts'

const OVERFLOW = { 'otel.metric.overflow': true }

const isOverflow = (attributes: Attributes): boolean => Object.hasOwn(attributes, 'otel.metric.overflow')
const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 30 })
const cap = fc.integer({ min: 1, max: 9 })

describe('sets of attributes beyond the cap', () => {
  it('share one, which has nothing but the word for it, and no call is lost from the sums', async () => {
    await fc.assert(
      fc.asyncProperty(names, cap, async (called, maxAttributeSets) => {
        const metrics = measured({ maxAttributeSets })
        for (const name of called) await retry({ name, budget: false }).run(() => 'fresh')
        const points = await metrics.all('holdfast.call.duration')
        metrics.stop()

        // First come, first served.
        const own = [...new Set(called)].slice(0, maxAttributeSets)
        const countOf = (value: unknown): number => (value as { readonly count: number }).count
        const told = points.map(([attributes, value]) => [attributes['holdfast.policy.name'], countOf(value)])
        expect(told.filter(([name]) => name !== undefined)).toEqual(
          own.map(name => [name, called.filter(each => each === name).length]),
        )
        const others = points.filter(([attributes]) => isOverflow(attributes))
        const overflowing = called.filter(name => !own.includes(name)).length
        expect(others.map(([attributes, value]) => [attributes, countOf(value)])).toEqual(
          overflowing === 0 ? [] : [[OVERFLOW, overflowing]],
        )
      }),
    )
  })

  it('share one in gauges, too, and no slot is lost from the sums', async () => {
    await fc.assert(
      fc.asyncProperty(names, cap, async (made, maxAttributeSets) => {
        const kept = made.map((name, index) => bulkhead({ name, maxConcurrent: index + 1 }))
        const metrics = measured({ maxAttributeSets })

        // Those of earlier runs live until they are collected.
        const living = [...policies()].filter(policy => policy.kind === 'bulkhead')
        const points = await metrics.all('holdfast.bulkhead.limit')
        metrics.stop()

        const sum = (values: readonly unknown[]): number =>
          values.reduce<number>((total, value) => total + Number(value), 0)
        const slots = living.map(policy => (policy as ReturnType<typeof bulkhead>).maxConcurrent)
        const namesOfAll = new Set(living.map(({ name }) => name))
        expect(kept.every(policy => living.includes(policy))).toBe(true)
        expect(sum(points.map(([, value]) => value))).toBe(sum(slots))
        expect(points.filter(([attributes]) => isOverflow(attributes))).toHaveLength(
          namesOfAll.size > maxAttributeSets ? 1 : 0,
        )
        expect(points.length).toBeLessThanOrEqual(maxAttributeSets + 1)
      }),
    )
  })

  it('are 1 000 by default', async () => {
    const metrics = measured()

    for (let number = 0; number < 1_002; number++)
      await retry({ name: `policy ${number}`, budget: false }).run(() => 'fresh')

    const points = await metrics.all('holdfast.call.attempts')
    expect(points).toHaveLength(1_001)
    expect(points.at(-1)).toMatchObject([OVERFLOW, { count: 2 }])
  })

  it('do not take those away that are known', async () => {
    const metrics = measured({ maxAttributeSets: 1 })
    const [known, late] = ['known', 'late'].map(name => retry({ name, budget: false }))

    for (const policy of [known, late, known]) await policy?.run(() => 'fresh')

    expect(await metrics.all('holdfast.call.attempts')).toMatchObject([
      [{ 'holdfast.policy.name': 'known' }, { count: 2 }],
      [OVERFLOW, { count: 1 }],
    ])
  })
})
