/** How long nothing must come, in milliseconds: a server that stalls is not left for that. */
const SILENT_MS = 1_000

/**
 * Tells a connection that is dead without saying so, such as after the failover of a virtual machine: the kernel takes a quarter
 * of an hour for that. Limits pass, one long after the other, and nothing comes in between.
 */
export class Silence {
  private connection: unknown = undefined
  private heard = 0
  private sinceMs = 0

  /** Called when a limit has passed. True where nothing has been heard since another one did. */
  lasts(connection: unknown, heard: number, nowMs: number): boolean {
    if (connection === this.connection && heard === this.heard) return nowMs - this.sinceMs >= SILENT_MS
    this.connection = connection
    this.heard = heard
    this.sinceMs = nowMs
    return false
  }
}
