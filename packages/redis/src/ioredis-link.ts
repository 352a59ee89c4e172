import type { Socket } from 'node:net'
import process from 'node:process'
import { IoredisAttempt } from './ioredis-attempt.ts'
import type { IoredisClient, IoredisCommand } from './ioredis-client.ts'
import { Link } from './link.ts'

/** What all views of one client of ioredis know of it, and do with it. */
export class IoredisLink extends Link {
  readonly client: IoredisClient
  isInTransaction = false
  /** The connection that collects commands for an EXEC, once it has said so. */
  private collecting: Socket | undefined = undefined
  /** The connection that watches keys, from the first WATCH until an EXEC. */
  private watching: Socket | undefined = undefined
  /** The connection that keeps what is written until this turn ends. */
  private gathering: Socket | undefined = undefined
  /** The last connection that was left because it led to a replica. */
  private left: Socket | undefined = undefined

  private constructor(client: IoredisClient) {
    super()
    this.client = client
    client.on('close', () => this.rejectUnanswered())
  }

  static of(client: IoredisClient): IoredisLink {
    const known = links.get(client)
    if (known !== undefined) return known
    const link = new IoredisLink(client)
    links.set(client, link)
    return link
  }

  get isClosed(): boolean {
    return this.client.status === 'end'
  }

  /** Many commands may hear of it at once; the connection is left once. */
  reconnect(): void {
    const { client, left } = this
    if (client.isCluster) return client.refreshSlotsCache?.()
    if (client.stream === undefined || client.stream === left) return
    this.left = client.stream
    client.disconnect(true)
  }

  protected override heard(): readonly [unknown, number] {
    const { stream } = this.client
    return [stream, stream?.bytesRead ?? 0]
  }

  /** An end in order would wait for the other side. Of a cluster, the connections look after themselves. */
  protected override drop(): void {
    this.client.stream?.destroy()
  }

  /** Sends an attempt. What is sent in one turn leaves in one write: ioredis makes a system call for each command. */
  send(attempt: IoredisAttempt): void {
    const { client, gathering, collecting } = this
    const { stream } = client
    // Outside of its transaction it would be executed at once.
    if (this.isInTransaction && this.isGone(collecting)) return attempt.reject(connectionClosed(collecting))
    if (stream !== undefined && stream !== gathering) {
      this.gathering = stream
      stream.cork()
      process.nextTick(() => {
        this.gathering = undefined
        stream.uncork()
      })
    }
    client.sendCommand(attempt)
  }

  /** Takes an attempt out of the queue of what waits for a connection. False where it is not there. */
  takeBack(attempt: IoredisAttempt): boolean {
    const { offlineQueue } = this.client
    for (let index = 0; index < offlineQueue.length; index++) {
      if (offlineQueue.peekAt(index)?.command !== attempt) continue
      offlineQueue.remove(index, 1)
      return true
    }
    return false
  }

  /** Whether keys were watched on a connection that is gone, and their watch with it. */
  get hasLostWatch(): boolean {
    return this.isGone(this.watching)
  }

  /** Follows what a command does to the state of its connection. */
  follow(name: string, { promise }: IoredisCommand): void {
    const changes = this.changes[name]
    if (changes === undefined) return
    // Counts as soon as it is sent: what it collects may be sent in the same turn.
    if (name === 'MULTI') this.isInTransaction = true
    promise.then(...changes).catch(ignore)
  }

  readonly unwatch = (): void => {
    this.watching = undefined
  }

  /** A second WATCH adds to the first, and where that is lost, all is. */
  private readonly watch = (): void => {
    this.watching ??= this.client.stream
  }

  private readonly collect = (): void => {
    this.collecting = this.client.stream
  }

  private readonly leave = (): void => {
    this.isInTransaction = false
    this.collecting = this.watching = undefined
  }

  /** By command: after its answer, and after its failure. */
  private readonly changes: Readonly<Record<string, readonly [() => void, () => void] | undefined>> = {
    MULTI: [this.collect, this.leave],
    EXEC: [this.leave, this.leave],
    DISCARD: [this.leave, this.leave],
    WATCH: [this.watch, ignore],
    UNWATCH: [this.unwatch, ignore],
  }

  private isGone(connection: Socket | undefined): boolean {
    const { stream, status } = this.client
    return connection !== undefined && (connection !== stream || status !== 'ready' || !stream.writable)
  }

  /**
   * Without `autoResendUnfulfilledCommands`, ioredis forgets what it has written, and never settles it (redis/ioredis#2193).
   * Its queue is still that of the connection which broke.
   */
  private rejectUnanswered(): void {
    const { commandQueue, stream } = this.client
    for (const { command } of commandQueue?.toArray() ?? []) {
      if (command instanceof IoredisAttempt) command.reject(connectionClosed(stream))
    }
  }
}

const links = /* @__PURE__ */ new WeakMap<IoredisClient, IoredisLink>()

const ignore = (): void => {}

/** In the words of ioredis, with what it leaves out. */
function connectionClosed(connection: Socket | undefined): Error {
  return new Error('Connection is closed.', { cause: connection?.errored })
}
