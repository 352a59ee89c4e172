import { isHoldfastError } from '@holdfast/core'
import { type EndedTransfer, leftReason } from './transfer.ts'

/** What the caller of a transfer may take it for. */
export function verdictOn({ isAcknowledged, error, manner }: EndedTransfer): 'made' | 'not made' | 'unknown' {
  if (isAcknowledged) return 'made'
  if (isHoldfastError(error, 'ERR_HOLDFAST_UNKNOWN_OUTCOME')) return 'unknown'
  // Who leaves a statement that stands alone is answered at once, and it may have been carried out.
  const hasLeft = error === leftReason || isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT')
  return manner === 'statement' && hasLeft ? 'unknown' : 'not made'
}
