import type { Exchange } from './exchange.ts'

/** The reply to a command that may have waited on purpose: how long it took says nothing. */
export class Waited {
  readonly reply: unknown

  constructor(reply: unknown) {
    this.reply = reply
  }
}

/** Marks the reply to an attempt, and notes that the connection is busy until it comes. */
export function waited(exchange: Exchange, reply: Promise<unknown>): Promise<Waited> {
  const { waiting } = exchange.link
  waiting.add(exchange)
  return reply.then(
    value => {
      waiting.delete(exchange)
      return new Waited(value)
    },
    (error: unknown) => {
      waiting.delete(exchange)
      throw error
    },
  )
}

/** What the caller gets. */
export function unwaited(reply: unknown): unknown {
  return reply instanceof Waited ? reply.reply : reply
}
