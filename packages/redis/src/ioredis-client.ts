import type { Socket } from 'node:net'

/** What this package knows of a command of ioredis. */
export interface IoredisCommand {
  readonly name: string
  readonly args: readonly unknown[]
  readonly promise: Promise<unknown>
  readonly inTransaction: boolean
  readonly isReadOnly?: boolean
  resolve(reply: unknown): void
  reject(error: unknown): void
  toWritable(socket: unknown): unknown
  /** Not in ioredis 5. */
  setReplyContext?(context: unknown): void
  /** Not in older ioredis 5. */
  extractBlockingTimeout?(): number | null | undefined
  getSlot(): number | null
  getKeys(): readonly unknown[]
}

/** What ioredis keeps its commands in. */
interface IoredisQueue {
  readonly length: number
  peekAt(index: number): { readonly command: object } | undefined
  remove(index: number, count: number): unknown
  toArray(): { readonly command: object }[]
}

/** What this package knows of a client of ioredis: a `Redis`, or a `Cluster`. */
export interface IoredisClient {
  readonly status: string
  readonly isCluster: boolean
  readonly options: Readonly<Record<string, unknown>>
  readonly offlineQueue: IoredisQueue
  /** Not of a cluster, as the next ones. */
  readonly commandQueue?: IoredisQueue
  readonly stream?: Socket
  disconnect(reconnect?: boolean): void
  /** Of a cluster only. */
  refreshSlotsCache?(): void
  on(event: 'close', listener: () => void): unknown
  sendCommand(command: object, stream?: unknown, node?: unknown): unknown
  pipeline(): IoredisPipeline
  duplicate(...overrides: unknown[]): IoredisClient
}

export interface IoredisPipeline {
  /** Not of the promise of a MULTI that is sent by itself. */
  readonly isPipeline?: true
  readonly length: number
  redis: IoredisClient
  isCluster: boolean
  sendCommand(command: object): unknown
  exec(): Promise<unknown[]>
  /** Settles what `exec` has returned. */
  reject(error: unknown): void
}
