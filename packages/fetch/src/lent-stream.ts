import { show } from '@holdfast/core/kernel'
import { copied } from './bytes.ts'
import type { RequestBody } from './request-body.ts'

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

  /** `open` is called when somebody reads. */
  constructor(open: () => Puller) {
    this.open = open
  }

  /** Of bytes: of other streams, the platforms take a first chunk before they connect. */
  next(): BodyInit {
    return new ReadableStream({
      type: 'bytes',
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
  return { pull: () => iterator.next() as ReturnType<Puller['pull']>, cancel: () => iterator.return?.() }
}
