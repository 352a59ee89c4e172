import { type AnswerHeaders, type Exchange, flushed, write } from '../exchange.ts'
import { patternOf } from '../pattern.ts'
import { writeAll } from './bodies.ts'
import { type Step, step } from './step.ts'

export interface MidBodyOptions {
  /** `length`: a Content-Length tells of 1000 bytes more than are sent. `chunked`: nothing tells how much was to come. Default `length`. */
  readonly framing?: 'length' | 'chunked'
  /** What the fault waits for after the bytes were sent, such as the client having read them. Default: nothing. */
  readonly after?: PromiseLike<unknown>
  /** Default 200. */
  readonly status?: number
  readonly headers?: AnswerHeaders
}

/** Sends the headers and so many bytes of `patternOf`, then resets as `resetBeforeHeaders` does. */
export function resetMidBody(bytes: number, options?: MidBodyOptions): Step {
  return midBody(`resetMidBody(${bytes})`, exchange => exchange.reset(), bytes, options)
}

/** Sends the headers and so many bytes, then closes the connection in order. */
export function closeMidBody(bytes: number, options?: MidBodyOptions): Step {
  return midBody(`closeMidBody(${bytes})`, ({ connection }) => connection.close(), bytes, options)
}

/** Sends the headers and so many bytes, then nothing more, for ever. */
export function hangMidBody(bytes: number, options?: MidBodyOptions): Step {
  return midBody(`hangMidBody(${bytes})`, () => {}, bytes, options)
}

export function resetAfterHeaders(options?: MidBodyOptions): Step {
  return { ...resetMidBody(0, options), name: 'resetAfterHeaders' }
}

export function hangAfterHeaders(options?: MidBodyOptions): Step {
  return { ...hangMidBody(0, options), name: 'hangAfterHeaders' }
}

/**
 * Tells of another length than the body has. Of too many bytes: closes the connection after the body. Of too few: sends all
 * the same, and a client finds the rest where it looks for the next answer.
 */
export function claimsLength(bytes: number, body: string): Step {
  return step(`claimsLength(${bytes})`, async exchange => {
    exchange.start(200, { 'content-length': `${bytes}` })
    await write(exchange, body)
    exchange.outgoing.end()
    if (exchange.stream === undefined && bytes > Buffer.byteLength(body)) exchange.connection.close()
  })
}

function midBody(
  name: string,
  fault: (exchange: Exchange) => void,
  bytes: number,
  { framing = 'length', after, status = 200, headers }: MidBodyOptions = {},
): Step {
  return step(name, async exchange => {
    const length = framing === 'length' ? { 'content-length': `${bytes + 1_000}` } : {}
    exchange.start(status, { ...length, ...headers })
    await writeAll(exchange, patternOf(bytes))
    await flushed()
    await after
    fault(exchange)
  })
}
