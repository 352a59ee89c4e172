import { policyRules, type RuleSubject, unhandledRejectionsOf } from '@holdfast/testing'

const ALONE = 'alone › '

/** These collect garbage, which takes longer than all others together. */
const SLOW_TITLES = [
  'rule 5: a long-lived call holds nothing of the runs within it',
  'rule 5: a policy that nobody holds is freed, though its runs are remembered',
]

/** The titles of all rules about a policy that stands alone. */
export function titlesOf(subject: RuleSubject): string[] {
  return rulesOf(subject).map(({ title }) => title)
}

/** The rules that a policy breaks, with the message of each. */
export async function findingsOf(
  subject: RuleSubject,
  { isHasty }: { readonly isHasty: boolean },
): Promise<Record<string, string>> {
  const rules = rulesOf(subject).filter(({ title }) => !(isHasty && SLOW_TITLES.includes(title)))
  const findings: Record<string, string> = {}
  const { stackTraceLimit } = Error
  // Some of the policies leave rejections behind, as that is their mistake.
  await unhandledRejectionsOf(async () => {
    for (const { title, check } of rules) {
      const finding = await check().catch((error: unknown) => error)
      if (finding !== undefined) findings[title] = finding instanceof Error ? finding.message : 'not an Error'
      Error.stackTraceLimit = stackTraceLimit
    }
  })
  return findings
}

function rulesOf(subject: RuleSubject): readonly { readonly title: string; readonly check: () => Promise<void> }[] {
  return policyRules(subject)
    .filter(({ title }) => title.startsWith(ALONE))
    .map(({ title, check }) => ({ title: title.slice(ALONE.length), check }))
}
