/** The process shuts down, and what still ran was told to end: the reason of `Lifecycle.signal`. */
export class ShutdownError extends Error {
  override readonly name = 'ShutdownError'
  readonly code = 'ERR_HOLDFAST_SHUTDOWN'
  /** Why it does: `SIGTERM`, `uncaught error`, or what `shutdown` was given. */
  readonly reason: string

  constructor(service: string, reason: string) {
    super(`${service}: shutting down (${reason}), and the grace is over`)
    this.reason = reason
  }
}
