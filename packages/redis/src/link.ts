import { Silence } from './silence.ts'

/** What the policies must know of a client, whichever it is, and may do with it. */
export abstract class Link {
  /** What the server itself keeps waiting: it answers nothing else on that connection, and is well. */
  readonly waiting: Set<unknown> = new Set()
  private readonly silence: Silence = new Silence()

  /** Whether its owner has closed it, or it has given up connecting: another attempt would fail at once. */
  abstract readonly isClosed: boolean
  /** Whether commands are being collected by a MULTI that was sent by itself: repeated ones would be outside of it. */
  abstract readonly isInTransaction: boolean
  /** Takes another connection: that of now leads to a replica. */
  abstract reconnect(): void
  /** The connection, and how much has come over it. */
  protected abstract heard(): readonly [connection: unknown, heard: number]
  /** Gives up a connection that is dead and does not say so. */
  protected abstract drop(): void

  /** A limit has passed for something that was sent. */
  timedOut(nowMs: number): void {
    const [connection, heard] = this.heard()
    if (this.waiting.size === 0 && this.silence.lasts(connection, heard, nowMs)) this.drop()
  }
}
