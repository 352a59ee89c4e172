import type { Clock } from '@holdfast/core'
import { startTimer } from '@holdfast/core/kernel'
import type { Client, PoolClient } from 'pg'
import { requestCancel } from './connection.ts'

/** What it takes to end what runs on a connection. */
export interface Interrupting {
  readonly clock: Clock
  /** How long that may take, in milliseconds. */
  readonly cancelGraceMs: number
  /** A client that has not connected, with the settings of the pool's. */
  readonly makeClient: () => Client
}

/**
 * Cancels what runs on a connection. Resolves with true when that has ended and the request to cancel it, too: a late one
 * would hit the next statement. With false when that took too long: the connection must not be used again.
 */
export function interrupt(
  client: PoolClient,
  running: Promise<unknown>,
  { clock, cancelGraceMs, makeClient }: Interrupting,
): Promise<boolean> {
  const ended = running.then(succeed, succeed)
  const both = Promise.all([requestCancel(client, makeClient), ended]).then(() => true)
  return within(clock, cancelGraceMs, both, false)
}

const succeed = (): boolean => true

/** What `promise` brings; `late` if that takes longer than `limitMs`. */
export function within<T, Late>(clock: Clock, limitMs: number, promise: Promise<T>, late: Late): Promise<T | Late> {
  return new Promise((resolve, reject) => {
    const timer = startTimer(clock, () => resolve(late), limitMs)
    const done = (): void => clock.clearTimeout(timer)
    promise.then(resolve, reject).then(done)
  })
}

export function paused(clock: Clock, pauseMs: number): Promise<void> {
  return new Promise(resolve => void clock.setTimeout(resolve, pauseMs))
}
