/** Nobody waits for the answer any more: the reason of a `ServerCall`'s signal when the client has closed its connection. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError'
  readonly code = 'ERR_HOLDFAST_CLIENT_GONE'

  constructor() {
    super('the client has gone away before it was answered')
  }
}
