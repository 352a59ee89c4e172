import type { Client, PoolClient } from 'pg'

/** What this package knows of the connection of a client, beyond the types of `pg`. */
interface Wire {
  readonly stream: { destroy: (error?: Error) => void }
  connect: (port: number | string, host?: string) => void
  requestSsl: () => void
  cancel: (processID: number, secretKey: unknown) => void
  once: (event: 'connect' | 'sslconnect' | 'end', listener: () => void) => void
  on: ((event: 'error', listener: () => void) => void) &
    ((event: 'errorMessage', listener: (error: unknown) => void) => void)
}

interface Session {
  readonly processID: number | null
  readonly secretKey: unknown
  readonly sslNegotiation?: 'postgres' | 'direct'
}

const wireOf = (client: Client): Wire | undefined => client.connection as unknown as Wire | undefined
const sessionOf = (client: Client): Session => client as unknown as Session

/** The number of the server's process that serves a client; null before it is known. */
export function backendOf(client: PoolClient): number | null {
  return sessionOf(client).processID
}

/** Whether a transaction is open (`T`), has failed (`E`) or there is none (`I`); undefined where this `pg` cannot tell. */
export function transactionStatusOf(client: PoolClient): 'I' | 'T' | 'E' | undefined {
  return client.getTransactionStatus?.() ?? undefined
}

/** Calls back with each error that the server sends to a client. */
export function onServerError(client: PoolClient, listener: (error: unknown) => void): void {
  wireOf(client)?.on('errorMessage', listener)
}

/** Closes the socket under a client. What runs on it fails. */
export function sever(client: PoolClient, reason: Error): void {
  wireOf(client)?.stream.destroy(reason)
}

/** A request to cancel that is on its way. */
export interface CancelRequest {
  /** Resolves when the server has taken it, or it has failed. Never rejects. */
  readonly taken: Promise<void>
  /** Gives up on it. */
  readonly close: () => void
}

/**
 * Asks the server, over a connection of its own, to cancel what runs on `client`. It is taken when the server has closed that
 * connection: it has sent its own process the signal before, so that none can come later. (PostgreSQL, "Canceling
 * Requests in Progress": there is no other answer.)
 */
export function requestCancel(client: PoolClient, makeClient: () => Client): CancelRequest {
  const { processID, secretKey } = sessionOf(client)
  const courier = makeClient()
  const wire = wireOf(courier)
  // The native bindings have no connection to see.
  if (wire === undefined || processID === null) return { taken: Promise.resolve(), close: () => {} }
  const close = (): void => wire.stream.destroy()
  const taken = new Promise<void>(resolve => {
    const ask = (): void => wire.cancel(processID, secretKey)
    wire.once('connect', () => {
      if (!courier.ssl) ask()
      else if (sessionOf(courier).sslNegotiation !== 'direct') wire.requestSsl()
    })
    wire.once('sslconnect', ask)
    wire.once('end', resolve)
    // The end follows.
    wire.on('error', close)
    const { host, port } = client
    if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`)
    else wire.connect(port, host)
  })
  return { taken, close }
}

/** Calls back when the server is ready for the next statement, or gone. */
export function whenReady(client: PoolClient, callback: () => void): void {
  const settle = (): void => {
    client.off('drain', settle)
    client.off('end', settle)
    callback()
  }
  client.once('drain', settle)
  client.once('end', settle)
}
