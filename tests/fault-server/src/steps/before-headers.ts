import { flushed } from '../exchange.ts'
import { type Step, step } from './step.ts'

/** Resets the connection; over HTTP/2 the stream, with INTERNAL_ERROR. */
export function resetBeforeHeaders(): Step {
  return step('resetBeforeHeaders', exchange => exchange.reset())
}

/** Closes the connection in order, without an answer. */
export function closeBeforeHeaders(): Step {
  return step('closeBeforeHeaders', ({ connection }) => connection.close())
}

/** Resets the connection, also over HTTP/2, where other requests share it. */
export function resetConnection(): Step {
  return step('resetConnection', async ({ connection }) => {
    await flushed()
    connection.reset()
  })
}

/** Says nothing, for ever. */
export function hangBeforeHeaders(): Step {
  return step('hangBeforeHeaders', () => {})
}
