/** What this package uses of the signal in the options of a command. */
export interface NodeRedisCommandOptions {
  readonly abortSignal?: AbortSignal | undefined
  readonly [option: string]: unknown
}

export type NodeRedisArguments = readonly (string | Buffer)[]

/** What this package knows of a client of redis. */
export interface NodeRedisClient {
  /** The client that views such as those of `withCommandOptions` are made of. */
  readonly _self: NodeRedisClient
  readonly _commandOptions?: NodeRedisCommandOptions | undefined
  readonly isOpen: boolean
  readonly isReady: boolean
  /** Another number for each connection; not in redis 5. */
  readonly socketEpoch?: number
  connect(): Promise<unknown>
  destroy(): void
  on(event: 'ready' | 'end' | 'terminated', listener: () => void): unknown
  off(event: 'ready' | 'end' | 'terminated', listener: () => void): unknown
  sendCommand(args: NodeRedisArguments, options?: NodeRedisCommandOptions): Promise<unknown>
  readonly _executeMulti: (...args: NodeRedisBatch) => Promise<unknown>
  readonly _executePipeline: (...args: NodeRedisBatch) => Promise<unknown>
}

export type NodeRedisBatch = readonly [commands: readonly { readonly args: NodeRedisArguments }[], ...more: unknown[]]
