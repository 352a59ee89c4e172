import { isProtective } from '@holdfast/core'
import { type ErrorLike, levelsOf } from '@holdfast/core/kernel'
import { abortReasonOf, isOverdue } from './server-call.ts'

/** What a client is answered, of whose request nothing came. Its body is the reason phrase: it tells nothing else. */
export interface Refusal {
  readonly status: 499 | 503 | 504
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const MOST_RETRY_AFTER_S = 86_400
const PLAIN = { 'content-type': 'text/plain', 'cache-control': 'no-store' }

/** Nobody reads it; logs that look at the status tell these apart from answers, as those of nginx do. */
const gone: Refusal = { status: 499, headers: {}, body: '' }
const late: Refusal = { status: 504, headers: PLAIN, body: 'Gateway Timeout' }

/** The client may come back after `afterMs`: in whole seconds, at least one; not to be had of what has no end. */
export function unavailable(afterMs: number): Refusal {
  const seconds = Math.min(Math.max(1, Math.ceil(afterMs / 1_000)), MOST_RETRY_AFTER_S)
  const again: Record<string, string> = afterMs === Infinity ? {} : { 'retry-after': String(seconds) }
  return { status: 503, headers: { ...PLAIN, ...again }, body: 'Service Unavailable' }
}

/** The process ends: another one will be there, by another connection. */
function leaving(): Refusal {
  const { status, headers, body } = unavailable(0)
  return { status, headers: { ...headers, connection: 'close' }, body }
}

/** What reading from a client, or writing to it, fails with when it has gone. */
const BROKEN_STREAM: ReadonlySet<unknown> = new Set([
  'ECONNABORTED',
  'ECONNRESET',
  'EPIPE',
  'ERR_HTTP2_INVALID_STREAM',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_UNABLE_TO_PIPE',
])

/**
 * What to answer when the request of `key` ended with `error`: undefined unless that only tells that its call was aborted,
 * that its client has gone, or that a policy did not let it through.
 */
export function refusalFor(error: unknown, key: object, isGone: boolean): Refusal | undefined {
  const reason = abortReasonOf(key)
  const errors = [...levelsOf(error)].flat()
  if (reason !== undefined && errors.some(each => each === reason || isAbortError(each))) return afterAbort(reason)
  if (isGone && errors.some(({ code }) => BROKEN_STREAM.has(code))) return gone
  if (errors.some(({ code }) => code === 'ERR_HOLDFAST_SHUTDOWN')) return leaving()
  // The limit of whoever was given the deadline, and not the signal.
  if (errors.some(({ code }) => code === 'ERR_HOLDFAST_TIMEOUT') && isOverdue(key)) return late
  const rejection = errors.find(isProtective)
  return rejection && unavailable(retryAfterOf(rejection))
}

function afterAbort(reason: unknown): Refusal {
  const { code } = reason as { code?: unknown }
  if (code === 'ERR_HOLDFAST_CLIENT_GONE') return gone
  return code === 'ERR_HOLDFAST_TIMEOUT' ? late : leaving()
}

/** Some libraries make an error of their own of an aborted signal, without its reason. */
const isAbortError = ({ name }: ErrorLike): boolean => name === 'AbortError'

const retryAfterOf = ({ retryAfterMs }: ErrorLike): number => (typeof retryAfterMs === 'number' ? retryAfterMs : 0)
