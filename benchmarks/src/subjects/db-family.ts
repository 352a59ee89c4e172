import type { DatabaseServer } from '@holdfast/database-servers'
import type { Call } from '../harness/interleaved.ts'
import { DEADLINE_MS, TIMEOUT_MS } from './job.ts'

/** Subjects that do the same work on a database. */
export interface DbFamily {
  readonly name: string
  /** Starts a server with all that the work needs. */
  readonly startServer: () => Promise<DatabaseServer>
  /** Whether each call asks for a connection. Other clients have one, which they open again by themselves. */
  readonly isPool: boolean
  /** The work without protection. */
  readonly bare: Client
  readonly clients: Readonly<Record<string, Client>>
  /** What a call resolves with. */
  readonly answer: unknown
}

/** Makes what works on the database at `url`. */
export type Client = (url: string, limits: Limits) => Promise<Worker> | Worker

export interface Worker {
  readonly call: Call
  /** Closes its connections. */
  readonly end: () => Promise<unknown>
}

/** What everybody is told, in milliseconds. */
export interface Limits {
  readonly attemptMs: number
  /** Of all attempts together. */
  readonly totalMs: number
}

export const usualLimits: Limits = { attemptMs: TIMEOUT_MS, totalMs: DEADLINE_MS }
