import { startTimer, unref } from '@holdfast/core/kernel'
import type { Reading, ResponseWatch } from './response-watch.ts'

export type Chunk = Uint8Array<ArrayBuffer>

/** A read that has not ended. */
interface Pending extends Reading {
  readonly reject: (reason: unknown) => void
}

type Shown = Pick<ReadableStreamDefaultController<Chunk>, 'error'>

/** A body that is read under a watch. */
export class WatchedBody {
  private readonly watch: ResponseWatch
  private readonly source: () => ReadableStream<Chunk>
  private reader: ReadableStreamDefaultReader<Chunk> | undefined = undefined
  private shown: Shown | undefined = undefined
  private pending: Pending | undefined = undefined
  private timer: unknown = undefined
  private hasEnded = false

  /** `source` is asked when somebody reads: a body that nobody wants stays as the platform made it. */
  constructor(source: () => ReadableStream<Chunk>, watch: ResponseWatch) {
    this.source = source
    this.watch = watch
    watch.begun()
  }

  /** All of the body. */
  async chunks(): Promise<Chunk[]> {
    const chunks: Chunk[] = []
    for (let next = await this.read(true); !next.done; next = await this.read(true)) chunks.push(next.value)
    return chunks
  }

  /** The body as a stream, of bytes where the source is one, as that of platforms is. */
  stream(): ReadableStream<Chunk> {
    const start = (into: Shown): void => this.showIn(into)
    const cancel = (reason: unknown): Promise<void> => this.cancel(reason)
    if (isOfBytes(this.source())) {
      return new ReadableStream({ type: 'bytes', start, pull: into => this.pullBytes(into), cancel })
    }
    // Chunks of others may share their buffers, which a stream of bytes would take away from them.
    return new ReadableStream({ start, pull: into => this.pull(into), cancel }, { highWaterMark: 0 })
  }

  /** Whoever waits for the stream without reading, such as a pipe to a slow sink, is to hear of its end at once. */
  private showIn(into: Shown): void {
    this.shown = into
    // Weakly: platforms hold on to the signal of a request for as long as nobody has read or dropped its response.
    const held = new WeakRef(into)
    this.watch.whenAborted(reason => held.deref()?.error(reason))
  }

  private async pull(into: ReadableStreamDefaultController<Chunk>): Promise<void> {
    const { done, value } = await this.read(false)
    if (done) into.close()
    else into.enqueue(value)
  }

  private async pullBytes(into: ReadableByteStreamController): Promise<void> {
    const { done, value } = await this.read(false)
    if (!done) return into.enqueue(value)
    into.close()
    into.byobRequest?.respond(0)
  }

  private read(isOfAll: boolean): Promise<ReadableStreamReadResult<Chunk>> {
    const reading = this.opened().read()
    return new Promise((resolve, reject) => {
      this.pending = { isOfAll, sinceMs: this.watch.clock.nowMs(), reject }
      this.guard(this.pending)
      reading.then(
        next => {
          this.pending = undefined
          if (next.done) this.end()
          resolve(next)
        },
        (error: unknown) => {
          this.pending = undefined
          if (!this.hasEnded) this.watch.broken()
          this.end()
          reject(error)
        },
      )
    })
  }

  private opened(): ReadableStreamDefaultReader<Chunk> {
    if (this.reader !== undefined) return this.reader
    this.reader = this.source().getReader()
    this.reader.closed.catch((error: unknown) => this.shown?.error(error))
    return this.reader
  }

  /** One timer serves all reads, one after the other: when it fires, it looks at the one that is waited for then. */
  private guard(pending: Pending): void {
    if (this.timer !== undefined) return
    const { clock } = this.watch
    const fire = (): void => {
      this.timer = undefined
      if (this.pending === undefined) return
      if (this.watch.endOf(this.pending) > clock.nowMs()) return this.guard(this.pending)
      const { reject } = this.pending
      const error = this.watch.expire(this.pending)
      this.end()
      reject(error)
    }
    this.timer = startTimer(clock, fire, Math.max(0, this.watch.endOf(pending) - clock.nowMs()))
    // While a read waits, its connection keeps the process; without one, nothing need.
    unref(this.timer)
  }

  private cancel(reason: unknown): Promise<void> {
    this.end()
    return (this.reader ?? this.source()).cancel(reason)
  }

  private end(): void {
    if (this.hasEnded) return
    this.hasEnded = true
    this.watch.clock.clearTimeout(this.timer)
    this.watch.ended()
  }
}

function isOfBytes(stream: ReadableStream): boolean {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}
