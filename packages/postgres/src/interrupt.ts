import type { Clock } from '@holdfast/core'
import type { Client, PoolClient } from 'pg'
import { type CancelRequest, requestCancel } from './connection.ts'
import { within } from './time.ts'

/** What it takes to end what runs on a connection. */
export interface Interrupting {
  readonly clock: Clock
  /** How long that may take, in milliseconds. */
  readonly cancelGraceMs: number
  /** Makes a client that has not connected, with the settings of the pool's. */
  readonly makeClient: () => Client
}

/**
 * Cancels what runs on a connection. Resolves with true when that has ended and the request to cancel it, too: a late one
 * would hit the next statement. With false when that took too long: the connection must not be used again.
 */
export async function interrupt(
  client: PoolClient,
  running: Promise<unknown>,
  { clock, cancelGraceMs, makeClient }: Interrupting,
): Promise<boolean> {
  const request = requested(client, makeClient)
  const ended = running.then(succeed, succeed)
  const both = Promise.all([request?.taken, ended]).then(succeed)
  const hasEnded = await within(clock, cancelGraceMs, both, false)
  request?.close()
  return hasEnded
}

/** Undefined where no request could even be made: then none can come late. */
function requested(client: PoolClient, makeClient: () => Client): CancelRequest | undefined {
  try {
    return requestCancel(client, makeClient)
  } catch {
    return undefined
  }
}

const succeed = (): boolean => true
