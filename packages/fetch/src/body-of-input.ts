import { copied } from './bytes.ts'
import { encodedForm } from './form-data.ts'
import { FreshBody } from './fresh-body.ts'
import { KeptBody } from './kept-body.ts'
import { isByteSource, lent, pullerOf } from './lent-stream.ts'
import { type RequestBody, type ResilientBody, repeatable, type SentBody } from './request-body.ts'

/** How bodies are kept. */
export interface Keeping {
  /** False where no body is ever sent twice: it is passed on as it is. */
  readonly isKept: boolean
  /** Bytes of the body of a `Request` that are kept. */
  readonly limit: number
}

const none = /* @__PURE__ */ repeatable(() => undefined)

/** The body that a fetch is given: that of its second argument, or else that of its `Request`. */
export function bodyOfInput(
  request: Request | undefined,
  body: ResilientBody | null | undefined,
  { isKept, limit }: Keeping,
): RequestBody {
  if (body === undefined || body === null) return isKept && request !== undefined ? bodyOf(request, limit) : none
  if (typeof body === 'function') return new FreshBody(body)
  if (isByteSource(body)) return lent(body)
  return constant(isKept ? asItIsNow(body) : body)
}

function bodyOf({ body, bodyUsed, method }: Request, limit: number): RequestBody {
  if (body === null) return none
  // Some browsers do not show the body of a request: it goes out with the request itself, once.
  if (body === undefined) return method === 'GET' || method === 'HEAD' ? none : { ...none, canResend: () => false }
  if (bodyUsed || body.locked) throw new TypeError('the body of the request has already been used')
  return new KeptBody(pullerOf(body), limit)
}

/** What can change is copied, so that all attempts send the same. */
function asItIsNow(body: SentBody): SentBody {
  if (isForm(body)) return encodedForm(body)
  if (body instanceof URLSearchParams) return new URLSearchParams(body)
  if (body instanceof ArrayBuffer) return body.slice(0)
  return ArrayBuffer.isView(body) ? copied(body) : body
}

function constant(body: SentBody): RequestBody {
  return repeatable(() => body)
}

/** Also that of undici, which is another class than the platform's own. */
function isForm(body: object | string): body is FormData {
  return Object.prototype.toString.call(body) === '[object FormData]'
}
