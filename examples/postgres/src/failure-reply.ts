import { classify } from '@holdfast/postgres'
import { isHoldfastError } from 'holdfast'
import { KeyTaken, NotAvailable } from './orders.ts'

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: object
}

/** The request itself is wrong. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
}

/** What customers are told when there is no answer. Details of the database stay in the log. */
export function failureReply(error: unknown): Reply {
  if (error instanceof BadRequest) return { status: 400, body: { error: error.message } }
  if (error instanceof NotAvailable) return { status: 409, body: { error: error.message } }
  if (error instanceof KeyTaken) return { status: 422, body: { error: error.message } }
  if (classify(error).kind === 'permanent') return { status: 500, body: { error: 'something is wrong here' } }
  // Also where nobody knows what became of a COMMIT: under the same key, the same order may be sent again.
  const waitMs = isHoldfastError(error, 'ERR_HOLDFAST_CIRCUIT_OPEN') ? error.retryAfterMs : 1_000
  return { status: 503, headers: { 'retry-after': String(Math.ceil(waitMs / 1_000)) }, body: { error: 'try again' } }
}
