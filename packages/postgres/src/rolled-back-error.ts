/**
 * A transaction whose callback has returned was rolled back all the same: one of its statements had failed, and the callback
 * went on. That statement's error is the `cause`.
 */
export class RolledBackError extends Error {
  /** Always `RolledBackError`. */
  override readonly name = 'RolledBackError'
  /** What to tell it by: stable. */
  readonly code = 'ERR_HOLDFAST_ROLLED_BACK'

  /** `pool` is the name of the pool, as in its options. */
  constructor(pool: string, cause: unknown) {
    super(`${pool}: the transaction was rolled back, as a statement in it had failed; see the cause`, { cause })
  }
}
