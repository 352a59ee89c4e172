import { describe, expect, it } from 'vitest'
import { allBroken } from './all-broken.ts'
import { findingsOf } from './findings.ts'

const CLEAR = /^[^:]+: expected [\s\S]+, got [\s\S]+$/

describe.each(Object.entries(allBroken))('policyRules, of %s', (theme, policies) => {
  it.each(policies)('finds what is wrong with a policy that $mistake', async ({ subject, breaks }) => {
    const findings = await findingsOf(subject, { isHasty: theme !== 'what is left behind' })

    expect(findings).toEqual(messagesByTitle(breaks))
    expect(Object.values(findings).filter(message => !CLEAR.test(message))).toEqual([])
  })
})

function messagesByTitle(breaks: Readonly<Record<string, readonly string[]>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(breaks).flatMap(([message, titles]) =>
      titles.map(title => [title, expect.stringContaining(message) as unknown]),
    ),
  )
}
