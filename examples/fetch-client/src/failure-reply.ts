import { isHoldfastError } from 'holdfast'

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: object
}

/** What the clients of the service are told when the catalogue has no answer. Details stay in the log. */
export function failureReply(error: unknown): Reply {
  if (isHoldfastError(error, 'ERR_HOLDFAST_CIRCUIT_OPEN')) {
    return { status: 503, headers: retryAfter(error.retryAfterMs), body: { error: 'the catalogue is unavailable' } }
  }
  if (isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT')) {
    return { status: 504, body: { error: 'the catalogue took too long' } }
  }
  return { status: 502, body: { error: 'the catalogue failed' } }
}

/** In whole seconds, at least one; a circuit that was opened by hand does not know. */
function retryAfter(ms: number): Record<string, string> {
  return Number.isFinite(ms) ? { 'retry-after': String(Math.max(1, Math.ceil(ms / 1_000))) } : {}
}
