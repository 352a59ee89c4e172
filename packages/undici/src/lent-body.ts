import { encodedForm } from '@holdfast/fetch/http'
import type { Dispatcher } from 'undici'

type Body = NonNullable<Dispatcher.DispatchOptions['body']> | null

/** The body of a request, for all of its attempts. */
export interface LentBody {
  /** What each attempt is given. */
  readonly given: Body
  /** The type that comes with it, where undici may not see it by itself. */
  readonly contentType?: string | undefined
  /** Whether all of it can be sent once more. */
  canResend(): boolean
  /** There will be no further attempt. */
  release(): void
}

const always = (): boolean => true
const ignore = (): void => {}

/**
 * Lends a body to one attempt after the other. What can be read only once is lent for as long as nothing has been taken of
 * it; `onError` is told when it fails by itself, which no further attempt could change.
 */
export function lentBody(body: unknown, onError: (error: unknown) => void): LentBody {
  if (body === undefined || body === null) return nothing
  if (typeof body !== 'object') return constant(body)
  if (isForm(body)) return encoded(body)
  if (isNodeStream(body)) return lentStream(body, onError)
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer || body instanceof Blob) return constant(body)
  return Symbol.asyncIterator in body || Symbol.iterator in body ? lentIterable(body, onError) : constant(body)
}

const constant = (body: unknown): LentBody => ({ given: body as Body, canResend: always, release: ignore })
const nothing = constant(null)

/** Also that of undici, which may be another class than the platform's own. */
const isForm = (body: object): body is FormData => Object.prototype.toString.call(body) === '[object FormData]'

function encoded(form: FormData): LentBody {
  const blob = encodedForm(form)
  return { ...constant(blob), contentType: blob.type }
}

interface NodeStream {
  readonly destroyed: boolean
  /** Not there with streams that are older than Node 16: whether they have been read cannot be told. */
  readonly readableDidRead?: boolean
  pipe(target: unknown): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  off(event: 'error', listener: (error: unknown) => void): unknown
}

const isNodeStream = (body: object): body is NodeStream =>
  'pipe' in body && typeof body.pipe === 'function' && 'on' in body && typeof body.on === 'function'

/** undici listens to its errors while it has it; between two attempts, this is what keeps one from ending the process. */
function lentStream(stream: NodeStream, onError: (error: unknown) => void): LentBody {
  stream.on('error', onError)
  return {
    given: stream as unknown as Body,
    canResend: () => stream.readableDidRead === false && !stream.destroyed,
    release: () => stream.off('error', onError),
  }
}

function lentIterable(source: object, onError: (error: unknown) => void): LentBody {
  let isTaken = false
  const given = {
    async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
      if (isTaken) throw new TypeError('the body of this request has been read, and can be read only once')
      isTaken = true
      try {
        yield* source as AsyncIterable<unknown> | Iterable<unknown>
      } catch (error) {
        onError(error)
        throw error
      }
    },
  }
  return { given: given as unknown as Body, canResend: () => !isTaken, release: ignore }
}
