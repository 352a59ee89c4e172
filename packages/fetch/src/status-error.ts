/** The last response had a status that was to be an error: see the option `throwsOnStatus`. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError'
  readonly code = 'ERR_HOLDFAST_HTTP_STATUS'
  readonly status: number
  /** Unread: read it, or cancel its body. */
  readonly response: Response

  constructor(client: string, response: Response) {
    super(`${client}: the answer was ${response.status}${response.statusText === '' ? '' : ` ${response.statusText}`}`)
    this.status = response.status
    this.response = response
  }
}
