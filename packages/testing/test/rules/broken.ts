import type { RuleSubject } from '@holdfast/testing'

/** A policy with one mistake. */
export interface Broken {
  /** Completes `a policy that …`. */
  readonly mistake: string
  readonly subject: RuleSubject
  /** All rules that it breaks where it stands alone, under what each of them says, or a part of it. */
  readonly breaks: Readonly<Record<string, readonly string[]>>
}
