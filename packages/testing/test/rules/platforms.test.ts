import { env } from 'node:process'
import type { PolicyRule, RuleSubject } from '@holdfast/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { layer } from './layers.ts'
import { queueing } from './queueing.ts'

const subject: RuleSubject = { make: options => layer(options), makeQueueing: queueing }

/** The rules of a platform that knows only `process`. */
async function rulesWhere(process: unknown): Promise<readonly PolicyRule[]> {
  vi.resetModules()
  vi.stubGlobal('process', process)
  const { policyRules } = await import('@holdfast/testing')
  return policyRules(subject)
}

describe('policyRules, on a platform', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  it('that tells of no async contexts, leaves out rule 10', async () => {
    const rules = await rulesWhere({ env })

    expect(rules.filter(({ title }) => title.includes('rule 10'))).toEqual([])
  })

  it('that cannot be made to collect garbage, leaves out what needs that', async () => {
    const rules = await rulesWhere({ env })

    expect(rules.filter(({ title }) => /nobody holds|holds nothing/.test(title))).toEqual([])
  })

  it('that tells of no unhandled rejections, leaves out rule 8', async () => {
    const rules = await rulesWhere({ env })

    expect(rules.filter(({ title }) => title.includes('rule 8'))).toEqual([])
  })

  it('that has no process at all, has all other rules, which hold', async () => {
    const rules = await rulesWhere(undefined)

    const failures: unknown[] = []
    for (const { title, check } of rules) await check().catch((error: unknown) => failures.push(title, error))

    expect(new Set(rules.map(({ title }) => title.split(' › ')[0])).size).toBe(3)
    expect(failures).toEqual([])
  })
})
