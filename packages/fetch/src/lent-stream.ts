import { show } from '@holdfast/core/kernel'
import { copied } from './bytes.ts'
import type { FetchBody, RequestBody } from './request-body.ts'

/** A source of bytes that can be read once. */
export type ByteSource = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** What is read of a source, from the first byte on. */
export interface Puller {
  readonly pull: () => Promise<{ readonly done?: boolean | undefined; readonly value?: Uint8Array | undefined }>
  readonly cancel: (reason: unknown) => unknown
}

/**
 * A body that can be read once, lent to one attempt after the other for as long as nobody has taken anything of it: an
 * attempt that did not even connect costs nothing.
 */
export class LentStream implements RequestBody {
  private readonly open: () => Puller
  private puller: Puller | undefined = undefined
  /** What the latest attempt reads. */
  private into: ReadableByteStreamController | undefined = undefined

  /** `open` is called when somebody reads. */
  constructor(open: () => Puller) {
    this.open = open
  }

  /** Of bytes: of other streams, the platforms take a first chunk before they connect. */
  next(): FetchBody {
    return new ReadableStream({
      type: 'bytes',
      start: controller => {
        this.into = controller
      },
      pull: async controller => {
        this.puller ??= this.open()
        const chunk = await nextChunk(this.puller)
        if (chunk !== undefined) return controller.enqueue(chunk)
        controller.close()
        controller.byobRequest?.respond(0)
      },
      // An attempt that has taken nothing must not close what the next one is to send.
      cancel: async reason => {
        await this.puller?.cancel(reason)
      },
    })
  }

  canResend(): boolean {
    return this.puller === undefined
  }

  attemptFailed(reason: unknown): void {
    if (this.puller === undefined) return
    this.into?.error(reason)
    cancelQuietly(this.puller, reason)
  }

  release(reason: unknown): void {
    if (this.puller !== undefined) return
    this.puller = this.open()
    cancelQuietly(this.puller, reason)
  }
}

/** A copy, since a stream of bytes takes chunks away from who made them; and not empty, as it has no such chunks. */
async function nextChunk({ pull }: Puller): Promise<Uint8Array<ArrayBuffer> | undefined> {
  while (true) {
    const { done, value } = await pull()
    if (done || value === undefined) return undefined
    if (!(value instanceof Uint8Array)) throw new TypeError(`a body is made of Uint8Array chunks, got ${show(value)}`)
    if (value.byteLength > 0) return copied(value)
  }
}

/** However it ends, nobody waits for it. */
export function cancelQuietly({ cancel }: Puller, reason: unknown): void {
  new Promise(resolve => {
    resolve(cancel(reason))
  }).catch(() => {})
}

export function pullerOf(source: ByteSource): Puller {
  if (source instanceof ReadableStream) {
    const reader = source.getReader()
    return { pull: () => reader.read(), cancel: reason => reader.cancel(reason) }
  }
  const iterator = source[Symbol.asyncIterator]()
  return {
    pull: async () => {
      const { done, value } = (await iterator.next()) as IteratorResult<Uint8Array | string, undefined>
      // As fetch sends what streams of Node say in words.
      return { done, value: typeof value === 'string' ? new TextEncoder().encode(value) : value }
    },
    cancel: () => iterator.return?.(),
  }
}

/** A stream of the web or of Node, or anything that is iterated over: all can be read once. */
export function isByteSource(body: object | string): body is ByteSource {
  return body instanceof ReadableStream || (typeof body === 'object' && Symbol.asyncIterator in body)
}

export function lent(body: ByteSource): LentStream {
  // Throws the platform's own `TypeError` for a stream that has been read from: only what is left would be sent.
  if (body instanceof ReadableStream) void new Response(body)
  return new LentStream(() => pullerOf(body))
}
