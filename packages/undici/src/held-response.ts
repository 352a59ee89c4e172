import type { DispatchAnswer } from './dispatch-answer.ts'
import type { ResponseHeaders, ResponseSink } from './response-sink.ts'

type Ending = { readonly trailers: ResponseHeaders } | { readonly error: Error }

/**
 * A body of which it is not yet decided who gets it. The verdict takes some microtasks, so this is what came in the same
 * read as the headers. The connection is not paused for that: undici 7 fails its own assertion when a server closes a
 * connection that is paused. Should a policy of the user's take longer, it is, after `most` bytes.
 */
export class HeldResponse implements ResponseSink {
  readonly answer: DispatchAnswer
  /** Bytes so far. */
  length = 0
  private readonly most: number
  private readonly pause: () => void
  private readonly chunks: Buffer[] = []
  private ending: Ending | undefined = undefined

  constructor(answer: DispatchAnswer, most: number, pause: () => void) {
    this.answer = answer
    this.most = most
    this.pause = pause
  }

  get hasEnded(): boolean {
    return this.ending !== undefined
  }

  data(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.length += chunk.length
    if (this.length > this.most) this.pause()
  }

  end(trailers: ResponseHeaders): void {
    this.ending = { trailers }
  }

  fail(error: Error): void {
    this.ending = { error }
  }

  /** All of it at once, even to a reader that pauses in between: it is in memory already. */
  passTo(sink: ResponseSink): void {
    for (const chunk of this.chunks) sink.data(chunk)
    if (this.ending === undefined) return
    if ('error' in this.ending) sink.fail(this.ending.error)
    else sink.end(this.ending.trailers)
  }
}
