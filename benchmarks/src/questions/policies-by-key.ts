import { type AnyPolicy, type Call, keyed } from 'holdfast'

export type Work = () => Promise<number>

/** Chooses the policy of a key, or makes it, and runs work under it. */
export type RunByKey = (tenant: string, work: Work) => Promise<unknown>

export interface ByKeyOptions {
  readonly make: (tenant: string) => AnyPolicy
  /** Keys that have a policy at a time; those used least recently make room. */
  readonly maxKeys: number
}

// Without `declare module`, which would tell all code that is compiled along of this key.
const tenantOf = ({ context }: Call): string => (context as { readonly tenant: string }).tenant

/** All of them run policies of Holdfast: nobody else has something of the kind. */
export const byKey = {
  holdfast: ({ make, maxKeys }) => {
    const policies = keyed({ by: tenantOf, make, maxKeys })
    return (tenant, work) => policies.run(work, { context: { tenant } })
  },

  // A Map keeps the order of insertion, so its first key is the one that was used least recently.
  'by hand': ({ make, maxKeys }) => {
    const policies = new Map<string, AnyPolicy>()
    return (tenant, work) => {
      let policy = policies.get(tenant)
      if (policy === undefined) {
        policy = make(tenant)
        if (policies.size === maxKeys) policies.delete(policies.keys().next().value as string)
      } else policies.delete(tenant)
      policies.set(tenant, policy)
      return policy.run(work, { context: { tenant } })
    }
  },
} satisfies Record<string, (options: ByKeyOptions) => RunByKey>
