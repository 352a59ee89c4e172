import { startTimer } from '@holdfast/core/kernel'
import type { PoolClient } from 'pg'
import { sever } from './connection.ts'
import type { PostgresSettings } from './options.ts'

/** How long a server may take to say that a statement has reached its limit, in milliseconds. */
export function silentMs({ timeouts, cancelGraceMs }: PostgresSettings): number {
  return timeouts.statementMs + cancelGraceMs
}

/** A server that has not even answered by its own limit: the connection to it is taken for lost. */
export function silentServer(settings: PostgresSettings): Error {
  const message = `${settings.name}: no word from the server within ${silentMs(settings)} ms`
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' })
}

/** What a statement brings; closes the connection, so that it fails, where the server keeps silent. */
export function unlessSilent<T>(settings: PostgresSettings, client: PoolClient, statement: Promise<T>): Promise<T> {
  const { clock } = settings
  const timer = startTimer(clock, () => sever(client, silentServer(settings)), silentMs(settings))
  const answered = (): void => clock.clearTimeout(timer)
  statement.then(answered, answered)
  return statement
}
