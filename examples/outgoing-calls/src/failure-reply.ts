import { isHoldfastError } from 'holdfast'

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: object
}

/** What callers are told when the stock service has no answer. Details stay in the log. */
export function failureReply(error: unknown): Reply {
  if (isHoldfastError(error, 'ERR_HOLDFAST_CIRCUIT_OPEN')) {
    return { status: 503, headers: retryAfter(error.retryAfterMs), body: { error: 'the stock service is unavailable' } }
  }
  if (isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT')) {
    return { status: 504, body: { error: 'the stock service took too long' } }
  }
  return { status: 502, body: { error: 'the stock service failed' } }
}

/** In whole seconds, at least one; a circuit that was opened by hand does not know. */
function retryAfter(ms: number): Record<string, string> {
  return Number.isFinite(ms) ? { 'retry-after': String(Math.max(1, Math.ceil(ms / 1_000))) } : {}
}
