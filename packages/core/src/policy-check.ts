import type { AnyPolicy } from './policy.ts'
import { holdfast } from './protocol.ts'
import { show } from './text.ts'

/** True of a policy of any protocol. */
export function isPolicy(value: object): boolean {
  return holdfast in value || protocolsOf(value).length > 0
}

/** Returns `value` if it is a policy that this kernel understands, and throws a `TypeError` if not. */
export function asPolicy(value: unknown, subject: string): AnyPolicy {
  if (typeof value === 'object' && value !== null) {
    if (holdfast in value) return value as AnyPolicy
    const [foreign] = protocolsOf(value)
    if (foreign !== undefined) {
      throw new TypeError(
        `${subject} speaks ${foreign.description} and this kernel ${holdfast.description}: install one version of Holdfast`,
      )
    }
  }
  throw new TypeError(`${subject} must be a policy, got ${show(value)}`)
}

function protocolsOf(value: object): symbol[] {
  return Object.getOwnPropertySymbols(value).filter(({ description }) => description?.startsWith('holdfast/'))
}
