import { classify } from '@holdfast/postgres'
import { isHoldfastError } from 'holdfast'
import { KeyTaken } from './orders.ts'
import { SupplierFailed } from './products.ts'

export interface FailureReply {
  readonly status: number
  readonly message: string
  /** Whether nobody has thought of it, so that it belongs into the log. */
  readonly isUnexpected?: boolean
}

/** What customers are told when there is no answer. What went wrong stays in the log. */
export function failureReply(error: unknown): FailureReply {
  if (error instanceof KeyTaken) return { status: 422, message: error.message }
  const status = statusOf(error)
  if (status >= 400 && status < 500) return { status, message: (error as Error).message }
  if (isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT')) return { status: 504, message: 'it took too long' }
  if (isUnavailable(error)) return { status: 503, message: 'try again' }
  return { status: 500, message: 'something is wrong here', isUnexpected: true }
}

/** What Fastify says of a request that it refuses itself: a body too large, or of another form. */
function statusOf(error: unknown): number {
  return (error as { readonly statusCode?: number }).statusCode ?? 0
}

/** Also where nobody knows what became of a COMMIT: under the same key, the same order may be sent again. */
function isUnavailable(error: unknown): boolean {
  return error instanceof SupplierFailed || isHoldfastError(error) || classify(error).kind !== 'permanent'
}
