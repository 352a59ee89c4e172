import { joined } from './bytes.ts'
import { cancelQuietly, LentStream, type Puller } from './lent-stream.ts'
import { type RequestBody, repeatable, type SentBody } from './request-body.ts'

/**
 * The body of a `Request`, which can be read once: what ends within `limit` bytes is kept, and sent again as it was; more
 * goes out as it comes, in one attempt.
 */
export class KeptBody implements RequestBody {
  private readonly source: Puller
  private readonly limit: number
  private readonly chunks: Uint8Array<ArrayBuffer>[] = []
  private reading: Promise<RequestBody> | undefined = undefined
  /** Known when enough has been read. */
  private body: RequestBody | undefined = undefined

  constructor(source: Puller, limit: number) {
    this.source = source
    this.limit = limit
  }

  async next(): Promise<SentBody | undefined> {
    // What one attempt did not wait for is there for the next.
    this.reading ??= this.read()
    return (await this.reading).next()
  }

  canResend(): boolean {
    return this.body?.canResend() ?? true
  }

  attemptFailed(reason: unknown): void {
    this.body?.attemptFailed(reason)
  }

  release(reason: unknown): void {
    if (this.body === undefined) cancelQuietly(this.source, reason)
    else this.body.release(reason)
  }

  private async read(): Promise<RequestBody> {
    let length = 0
    while (length <= this.limit) {
      const { done, value } = await this.source.pull()
      if (done || value === undefined) {
        const bytes = joined(this.chunks)
        return this.known(repeatable(() => bytes))
      }
      this.chunks.push(value as Uint8Array<ArrayBuffer>)
      length += value.byteLength
    }
    return this.known(new LentStream(() => this.rest()))
  }

  private known(body: RequestBody): RequestBody {
    this.body = body
    return body
  }

  /** What has been read, then what has not. */
  private rest(): Puller {
    return {
      pull: async () => {
        const value = this.chunks.shift()
        return value === undefined ? this.source.pull() : { value }
      },
      cancel: this.source.cancel,
    }
  }
}
