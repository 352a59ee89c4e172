/**
 * A transaction whose callback has returned was rolled back all the same: one of its statements had failed, and the callback
 * went on. That statement's error is the `cause`.
 */
export class RolledBackError extends Error {
  override readonly name = 'RolledBackError'
  readonly code = 'ERR_HOLDFAST_ROLLED_BACK'

  constructor(pool: string, cause: unknown) {
    super(`${pool}: the transaction was rolled back, as a statement in it had failed; see the cause`, { cause })
  }
}
