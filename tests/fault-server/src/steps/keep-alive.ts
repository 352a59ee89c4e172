import type { Step } from './step.ts'

/**
 * Answers as another step does, and keeps the connection. The next request on it is recorded and ends the connection as soon
 * as its headers arrive, whatever its script says and without a step of it being used.
 */
export function diesWhenReused(then: Step, how: 'reset' | 'close' = 'reset'): Step {
  return {
    ...then,
    name: `diesWhenReused(${then.name})`,
    async play(exchange) {
      exchange.connection.whenReused = how
      await then.play(exchange)
    },
  }
}

/** Answers as another step does, and closes the connection, which it promised to keep, once the answer has ended. */
export function closesWhenIdle(then: Step): Step {
  return {
    ...then,
    name: `closesWhenIdle(${then.name})`,
    async play(exchange) {
      await then.play(exchange)
      await exchange.ended
      exchange.connection.close()
    },
  }
}
