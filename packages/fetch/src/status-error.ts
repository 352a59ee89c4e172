/**
 * The last response was not `ok`: see the option `throwsOnStatus`. No policy made it, so `isHoldfastError` does not know it.
 *
 * @example
 * const strict = resilientFetch({ throwsOnStatus: true })
 * await strict(url).catch(error => {
 *   if (error instanceof HttpStatusError && error.status === 404) return undefined
 *   throw error
 * })
 */
export class HttpStatusError extends Error {
  /** The name of the class. */
  override readonly name = 'HttpStatusError'
  /** The stable code, to match on. */
  readonly code = 'ERR_HOLDFAST_HTTP_STATUS'
  /** That of the response. */
  readonly status: number
  /** Unread: read it, or cancel its body. */
  readonly response: Response

  constructor(client: string, response: Response) {
    super(`${client}: the answer was ${response.status}${response.statusText === '' ? '' : ` ${response.statusText}`}`)
    this.status = response.status
    this.response = response
  }
}
