import type { Clock } from '@holdfast/core'
import { startTimer } from '@holdfast/core/kernel'
import type { PoolClient } from 'pg'
import { sever } from './connection.ts'
import type { PostgresSettings } from './options.ts'

/** Something that waits for a word of the server. */
export interface Listening {
  /** The tick at which it began. */
  since: number
  /** None has come for too long. */
  heardNothing: () => void
}

/** How many ticks a silence takes: it is noticed up to one of them late. */
const TICKS = 4

/**
 * Notices servers that have not even answered by their own limit: the connections to them are taken for lost. One timer
 * serves all statements of a pool, and there is none while nothing runs.
 */
export class Silence {
  readonly #clock: Clock
  readonly #name: string
  readonly #silentMs: number
  /** In the order in which they began. */
  readonly #listening = new Set<Listening>()
  #now = 0
  #timer: unknown

  constructor({ name, clock, timeouts, cancelGraceMs }: PostgresSettings) {
    this.#name = name
    this.#clock = clock
    this.#silentMs = timeouts.statementMs + cancelGraceMs
  }

  watch(listening: Listening): void {
    listening.since = this.#now
    this.#listening.add(listening)
    if (this.#listening.size === 1) this.#tick()
  }

  leave(listening: Listening): void {
    if (this.#listening.delete(listening) && this.#listening.size === 0) this.#clock.clearTimeout(this.#timer)
  }

  /** What a statement brings; closes its connection, so that it fails, where the server keeps silent. */
  unless<T>(client: PoolClient, statement: Promise<T>): Promise<T> {
    const listening = { since: 0, heardNothing: () => sever(client, this.error()) }
    const answered = (): void => this.leave(listening)
    this.watch(listening)
    statement.then(answered, answered)
    return statement
  }

  error(): Error {
    const message = `${this.#name}: no word from the server within ${this.#silentMs} ms`
    return Object.assign(new Error(message), { code: 'ETIMEDOUT' })
  }

  #tick(): void {
    this.#timer = startTimer(this.#clock, () => this.#ticked(), this.#silentMs / TICKS)
  }

  #ticked(): void {
    this.#now++
    const silent = [...this.#listening].filter(({ since }) => this.#now - since > TICKS)
    for (const listening of silent) this.#listening.delete(listening)
    if (this.#listening.size > 0) this.#tick()
    for (const listening of silent) listening.heardNothing()
  }
}
