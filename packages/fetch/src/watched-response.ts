import { joined } from './bytes.ts'
import { privateMember } from './private-member.ts'
import { ResponseWatch, type WatchOptions } from './response-watch.ts'
import { type Chunk, WatchedBody } from './watched-body.ts'

/** A response, as its watch sees it. */
interface Watched {
  readonly watch: ResponseWatch
  readonly body: WatchedBody
  /** What was shown of the body. */
  stream: ReadableStream<Chunk> | undefined
  /** Whether a method has read it. */
  isRead: boolean
  /** Of a client in a client: as the inner one sees it. */
  readonly inner: Watched | undefined
}

const watchedOf = /* @__PURE__ */ privateMember<Watched | undefined>()

/** The prototypes of watched responses, by those of others: platforms, and libraries beside them, have one each. */
const prototypes = /* @__PURE__ */ new WeakMap<object, object>()
const bases = /* @__PURE__ */ new WeakMap<object, Response>()

/** What ends the bodies of responses that cannot be watched: it must live as long as they do. */
const ends = /* @__PURE__ */ new WeakMap<object, ResponseWatch>()

/**
 * Watches the body of a response, which stays what it is: the same object, with its `url`, its `redirected` and all that
 * platforms keep about it out of sight. Only its prototype is another one, whose methods read the body watched. One that
 * is frozen, or none of the web's, is left as it is: the caller's signal ends its body all the same.
 */
export function watchResponse(response: Response, options: WatchOptions): void {
  if (response.body !== null) addWatch(response, new ResponseWatch(options))
}

function addWatch(response: Response, watch: ResponseWatch): void {
  const inner = watchedOf.of(response)
  const prototype = Object.getPrototypeOf(response) as Response
  const base = bases.get(prototype) ?? prototype
  if (typeof response.body?.getReader === 'function' && Reflect.setPrototypeOf(response, watchedPrototype(base))) {
    const source = (): ReadableStream<Chunk> => (inner === undefined ? platformBody(response, base) : shown(inner))
    watchedOf.set(response, { watch, body: new WatchedBody(source, watch), stream: undefined, isRead: false, inner })
  } else {
    ends.set(response, watch)
    ends.set(response.body as object, watch)
  }
}

const platformBody = (response: Response, base: Response): ReadableStream<Chunk> =>
  Reflect.get(base, 'body', response) as ReadableStream<Chunk>

function shown(watched: Watched): ReadableStream<Chunk> {
  watched.stream ??= watched.body.stream()
  return watched.stream
}

function watchedPrototype(base: Response): object {
  const known = prototypes.get(base)
  if (known !== undefined) return known
  const made = Object.create(base, members(base)) as object
  prototypes.set(base, made)
  bases.set(made, base)
  return made
}

const utf8 = /* @__PURE__ */ new TextDecoder()
const decoded = (bytes: Chunk): string => utf8.decode(bytes)

function members(base: Response): PropertyDescriptorMap {
  // Of its own class: the forms of undici are none of the platform's.
  const { constructor: ResponseClass } = base as unknown as { readonly constructor: typeof Response }
  const again = ({ headers }: Response, bytes: Chunk): Response => new ResponseClass(bytes, { headers })
  const method = (value: (this: Response) => unknown): PropertyDescriptor => ({
    configurable: true,
    writable: true,
    value,
  })
  const reads = <T>(name: string, convert: (bytes: Chunk, response: Response) => T | Promise<T>): PropertyDescriptor =>
    method(function (this: Response) {
      const watched = watchedOf.of(this)
      if (watched?.stream?.locked) return Promise.reject(new TypeError('the body is being read by somebody else'))
      // The platform knows best what to say of a body that has been read.
      if (watched === undefined || this.bodyUsed)
        return (Reflect.get(base, name) as (this: Response) => unknown).call(this)
      watched.isRead = true
      watched.stream?.getReader()
      return watched.body.chunks().then(chunks => convert(joined(chunks), this))
    })
  return {
    arrayBuffer: reads('arrayBuffer', bytes => bytes.buffer),
    blob: reads('blob', (bytes, response) => again(response, bytes).blob()),
    ...('bytes' in base && { bytes: reads('bytes', bytes => bytes) }),
    formData: reads('formData', (bytes, response) => again(response, bytes).formData()),
    json: reads('json', bytes => JSON.parse(decoded(bytes)) as unknown),
    text: reads('text', decoded),
    clone: method(function (this: Response) {
      return cloned(this, base)
    }),
    body: {
      configurable: true,
      get(this: Response) {
        const watched = watchedOf.of(this)
        return watched === undefined || watched.isRead ? platformBody(this, base) : shown(watched)
      },
    },
  }
}

/** Both are watched from here on; the stream that was shown of the body cannot be read any more, as with all responses. */
function cloned(response: Response, base: Response): Response {
  const watched = watchedOf.of(response)
  if (watched === undefined || watched.isRead) return base.clone.call(response)
  const { watch, stream, inner } = watched
  if (stream?.locked) throw new TypeError('a body that is being read cannot be cloned')
  const copy = clonedBelow(response, base, inner)
  stream?.getReader()
  addWatch(response, watch)
  addWatch(copy, watch)
  watch.ended()
  return copy
}

/** As if this watch were not there. */
function clonedBelow(response: Response, base: Response, inner: Watched | undefined): Response {
  if (inner !== undefined) {
    watchedOf.set(response, inner)
    return cloned(response, base)
  }
  watchedOf.set(response, undefined)
  return base.clone.call(response)
}
