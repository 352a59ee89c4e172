import { type AnswerHeaders, flushed } from '../exchange.ts'
import { type Step, step } from './step.ts'

/** A whole answer. */
export function status(code: number, headers: AnswerHeaders = {}, body: string | Uint8Array = ''): Step {
  return step(`status(${code})`, exchange => {
    exchange.start(code, mayHaveBody(code) ? { 'content-length': `${Buffer.byteLength(body)}`, ...headers } : headers)
    exchange.outgoing.end(body)
  })
}

/** 200. */
export function ok(body?: string | Uint8Array, headers?: AnswerHeaders): Step {
  return { ...status(200, headers, body), name: 'ok' }
}

/** A redirect, 302 by default. */
export function redirect(to: string, code = 302): Step {
  return { ...status(code, { location: to }), name: `redirect(${code})` }
}

/** Sends an informational answer (1xx), and then goes on with another step. */
export function informational(code: number, headers: AnswerHeaders, then: Step): Step {
  return {
    ...then,
    name: `informational(${code}, ${then.name})`,
    async play(exchange) {
      exchange.inform(code, headers)
      await flushed()
      await then.play(exchange)
    },
  }
}

// RFC 9110 §8.6: no Content-Length with 1xx, 204; and 304 tells that of another answer.
function mayHaveBody(code: number): boolean {
  return code >= 200 && code !== 204 && code !== 304
}
