/** What the server is told beside its port and its folder, in its own names: `max_connections`, `cluster-enabled`. */
export type ServerSettings = Readonly<Record<string, string | number>>

export interface ServerOptions {
  readonly settings?: ServerSettings
}

/** A real server on the loopback interface. It keeps its port and its data until it is closed. */
export interface DatabaseServer extends AsyncDisposable {
  /** Whether somebody else runs it (`DATABASE_URL`, `REDIS_URL`): then it can be used, but not stopped or killed. */
  readonly isGiven: boolean
  readonly url: string
  readonly host: string
  readonly port: number
  /** Resolves when it is ready for connections. */
  start(): Promise<void>
  /** Ends it in order, and starts it again. */
  restart(): Promise<void>
  /** Ends it as a crash does: no connection hears a last word. */
  kill(): Promise<void>
  /** Ends it and removes its data. */
  close(): Promise<void>
}

/** What stands in for a verb on a server that somebody else runs. */
export function notOurs(variable: string): () => never {
  return () => {
    throw new Error(`the server of ${variable} is not ours to stop; without ${variable} the tests run one of their own`)
  }
}
