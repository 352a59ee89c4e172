import { retryInfo as infoOfRetry, type RetryInfo, type StopReason } from '@holdfast/retry'
import { isStoppedByBody } from './exchange.ts'
import { HttpStatusError } from './status-error.ts'

/** What a request went through. */
export interface HttpRetryInfo extends Omit<RetryInfo, 'stopped'> {
  /** Why there was no further attempt. `body`: it was not sent again because its body could be read only once. */
  readonly stopped: StopReason | 'body'
}

/**
 * What the attempts of a request came to, by the error that it rejected with, or, after at least one retry or where only
 * its body had been in the way of one, by its response. Undefined for all else, so also where an abort or a limit of the
 * whole call ended the first attempt.
 *
 * @example
 * const response = await api('https://api.example/orders')
 * log.info({ attempts: retryInfo(response)?.attempts ?? 1 })
 */
export function retryInfo(errorOrResponse: unknown): HttpRetryInfo | undefined {
  if (typeof errorOrResponse !== 'object' || errorOrResponse === null) return undefined
  if (errorOrResponse instanceof HttpStatusError) return retryInfo(errorOrResponse.response)
  const info = infoOfRetry(errorOrResponse)
  if (!isStoppedByBody(errorOrResponse)) return info
  return { attempts: 1, delaysMs: [], errors: [], ...info, stopped: 'body' }
}
