import { setTimeout } from 'node:timers/promises'
import { type AnswerHeaders, type Exchange, write } from '../exchange.ts'
import { patternOf } from '../pattern.ts'
import { type Step, step } from './step.ts'

/** An answer of so many bytes of `patternOf`, as fast as the client reads. */
export function largeBody(bytes: number, headers: AnswerHeaders = {}): Step {
  return step(`largeBody(${bytes})`, async exchange => {
    exchange.start(200, { 'content-length': `${bytes}`, ...headers })
    if (await writeAll(exchange, patternOf(bytes))) exchange.outgoing.end()
  })
}

/** An answer that goes on until the client leaves; to HEAD, its headers. */
export function endlessBody(code = 200, headers: AnswerHeaders = {}): Step {
  return step('endlessBody', async exchange => {
    exchange.start(code, headers)
    if (exchange.method === 'HEAD') exchange.outgoing.end()
    else await writeAll(exchange, patternOf(Number.POSITIVE_INFINITY))
  })
}

/** An answer in chunks, each of which waits so many milliseconds, or for what the function returns. */
export function slowBody(
  chunks: readonly string[],
  pace: number | (() => PromiseLike<unknown>),
  headers: AnswerHeaders = {},
): Step {
  const waits = typeof pace === 'number' ? () => setTimeout(pace, undefined, { ref: false }) : pace
  return step('slowBody', async exchange => {
    exchange.start(200, headers)
    for (const chunk of chunks) {
      await waits()
      if (!(await write(exchange, chunk))) return
    }
    exchange.outgoing.end()
  })
}

/** False when the client left before the end. */
export async function writeAll(exchange: Exchange, chunks: Iterable<Uint8Array>): Promise<boolean> {
  for (const chunk of chunks) {
    if (!(await write(exchange, chunk))) return false
  }
  return true
}
