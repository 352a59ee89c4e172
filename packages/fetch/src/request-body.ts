import { copied } from './bytes.ts'
import { encodedForm } from './form-data.ts'
import { KeptBody } from './kept-body.ts'
import { type ByteSource, LentStream, pullerOf } from './lent-stream.ts'

/** What fetch takes as a body, and a function that makes one for each attempt. */
export type ResilientBody = SentBody | (() => SentBody | Promise<SentBody>)

/** What fetch takes as a body; in Node, also its own streams and all that is iterated over. */
export type SentBody = BodyInit | AsyncIterable<Uint8Array>

/** The body of a request, for all of its attempts. */
export interface RequestBody {
  /** The body for the next attempt; undefined where there is none. */
  next(): SentBody | undefined | Promise<SentBody | undefined>
  /** Whether all of it can be sent once more. */
  canResend(): boolean
  /** The request has failed for good, with `reason`. */
  release(reason: unknown): void
}

/** How bodies are kept. */
export interface Keeping {
  /** False where no body is ever sent twice: it is passed on as it is. */
  readonly isKept: boolean
  /** Bytes of the body of a `Request` that are kept. */
  readonly limit: number
}

/** What can be sent again and again. */
function repeatable(next: RequestBody['next']): RequestBody {
  return { next, canResend: () => true, release: () => {} }
}

const none = /* @__PURE__ */ repeatable(() => undefined)

/** The body that a fetch is given: that of its second argument, or else that of its `Request`. */
export function bodyOfInput(
  request: Request | undefined,
  body: ResilientBody | null | undefined,
  { isKept, limit }: Keeping,
): RequestBody {
  if (body === undefined || body === null) return isKept && request !== undefined ? bodyOf(request, limit) : none
  if (isKept) return bodyAsItIsNow(body)
  return repeatable(typeof body === 'function' ? body : () => body)
}

function bodyOf({ body, bodyUsed, method }: Request, limit: number): RequestBody {
  if (body === null) return none
  // Some browsers do not show the body of a request: it goes out with the request itself, once.
  if (body === undefined) return method === 'GET' || method === 'HEAD' ? none : { ...none, canResend: () => false }
  if (bodyUsed || body.locked) throw new TypeError('the body of the request has already been used')
  return new KeptBody(pullerOf(body), limit)
}

/** What can change is copied, so that all attempts send the same. */
function bodyAsItIsNow(body: ResilientBody): RequestBody {
  if (typeof body === 'function') return repeatable(body)
  if (isForm(body)) return constant(encodedForm(body))
  if (body instanceof URLSearchParams) return constant(new URLSearchParams(body))
  if (body instanceof ArrayBuffer) return constant(body.slice(0))
  if (ArrayBuffer.isView(body)) return constant(copied(body))
  if (!isStream(body)) return constant(body)
  // Throws the platform's own `TypeError` for a stream that has been read from: only what is left would be sent.
  if (body instanceof ReadableStream) void new Response(body)
  return new LentStream(() => pullerOf(body))
}

function constant(body: SentBody): RequestBody {
  return repeatable(() => body)
}

/** Also that of undici, which is another class than the platform's own. */
function isForm(body: object | string): body is FormData {
  return Object.prototype.toString.call(body) === '[object FormData]'
}

/** A stream of the web or of Node, or anything that is iterated over: all can be read once. */
function isStream(body: object | string): body is ByteSource {
  return body instanceof ReadableStream || (typeof body === 'object' && Symbol.asyncIterator in body)
}
