import { type HeaderSource, headerOf } from '@holdfast/core/kernel'
import { classify } from './failures.ts'
import { isRefusal, isTransientStatus } from './statuses.ts'

/** A request that failed: by what it threw, or by the status of its response. */
export interface FailedRequest {
  /** Case does not matter. */
  readonly method: string
  /** Those of the request, for its `Idempotency-Key`. */
  readonly headers?: HeaderSource | undefined
  /** What it threw. Looked at only where there is no `status`. */
  readonly error?: unknown
  /** That of its response. */
  readonly status?: number | undefined
}

/**
 * Whether a request that failed like this may be sent once more: any request that no server has processed, and, where
 * that cannot be told, those whose repetition changes nothing. Whether its body can be sent again is another question.
 *
 * @example
 * retry({ handles: ({ error }) => mayRepeat({ method: 'POST', error }) })
 */
export function mayRepeat({ method, headers, error, status }: FailedRequest): boolean {
  const isIdempotent = (): boolean => isIdempotentRequest({ method, headers })
  return status === undefined ? repeatsError(error, isIdempotent) : repeatsStatus(status, isIdempotent)
}

export function repeatsError(error: unknown, isIdempotent: () => boolean): boolean {
  const { kind } = classify(error)
  return kind === 'neverProcessed' || (kind === 'ambiguous' && isIdempotent())
}

export function repeatsStatus(status: number, isIdempotent: () => boolean): boolean {
  return isRefusal(status) || (isTransientStatus(status) && isIdempotent())
}

/** RFC 9110 §9.2.2. */
const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** Whether carrying it out twice does the same as once: by its method, or because its key tells the server so. */
export function isIdempotentRequest({ method, headers }: Pick<FailedRequest, 'method' | 'headers'>): boolean {
  if (idempotentMethods.has(method.toUpperCase())) return true
  return headers !== undefined && headerOf(headers, 'idempotency-key') !== undefined
}
