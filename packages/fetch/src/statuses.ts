/** The server says that it has not done what was asked: RFC 9110 §15.5.20 (421), RFC 8470 (425) and RFC 6585 (429). */
const neverProcessed: ReadonlySet<number> = new Set([421, 425, 429])

/** The request may have been carried out, and the next attempt may succeed. */
const ambiguous: ReadonlySet<number> = new Set([408, 500, 502, 503, 504])

/**
 * Whether a response with this status may be followed by a better one, if the request may be repeated: 408, 421, 425, 429,
 * 500, 502, 503 and 504.
 *
 * @example
 * if (isTransientStatus(response.status)) log.warn({ status: response.status }, 'try again later')
 */
export function isTransientStatus(status: number): boolean {
  return isRefusal(status) || ambiguous.has(status)
}

/** Whether it means that the request has not been processed. */
export function isRefusal(status: number): boolean {
  return neverProcessed.has(status)
}

/** Whether it speaks against the health of the server: all of 5xx but 501 and 505, which are about the request. */
export function isFailureStatus(status: number): boolean {
  return status >= 500 && status !== 501 && status !== 505
}
