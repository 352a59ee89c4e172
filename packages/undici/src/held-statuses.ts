import { holdfast } from '@holdfast/core/kernel'
import { type HttpSettings, isTransientStatus } from '@holdfast/fetch/http'

/** An idempotent request that meets it may have to be sent again: see the exchange. */
const CONFLICT = 409

/**
 * Of which statuses the response waits for the verdict of the policies, so that another attempt may follow. All others are
 * handed on as they come, which the preset never repents.
 */
export function statusesToHold({ total, retry, breaker, attempt }: HttpSettings): (status: number) => boolean {
  const hasForeignPolicy = [total, retry, breaker, attempt].some(part => typeof part === 'object' && holdfast in part)
  const hasOwnVerdict = typeof retry === 'object' && 'handlesResult' in retry && retry.handlesResult !== undefined
  if (hasForeignPolicy || hasOwnVerdict) return () => true
  return retry === false ? () => false : status => isTransientStatus(status) || status === CONFLICT
}
