import { isHoldfastError } from 'holdfast'

/** Why a call failed, in a few words. */
export function failureWords(error: unknown): string {
  if (isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT')) return `no answer within ${error.timeoutMs} ms`
  if (isHoldfastError(error, 'ERR_HOLDFAST_CIRCUIT_OPEN')) return 'circuit is open'
  if (isHoldfastError(error, 'ERR_HOLDFAST_BULKHEAD_FULL')) return 'no free slot'
  if (!(error instanceof Error)) return String(error)
  // A fetch that fails says why in its cause.
  return failureCode(error.cause) ?? error.message
}

function failureCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause)) return undefined
  return cause.code === 'ECONNRESET' ? 'connection reset' : String(cause.code)
}
