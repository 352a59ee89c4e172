import { isByteSource, type LentStream, lent } from './lent-stream.ts'
import type { RequestBody, SentBody } from './request-body.ts'

/** A body that a function makes anew for each attempt. */
export class FreshBody implements RequestBody {
  private readonly make: () => SentBody | Promise<SentBody>
  private latest: LentStream | undefined = undefined

  constructor(make: () => SentBody | Promise<SentBody>) {
    this.make = make
  }

  next(): SentBody | Promise<SentBody> {
    const body = this.make()
    return body instanceof Promise ? body.then(given => this.sent(given)) : this.sent(body)
  }

  canResend(): boolean {
    return true
  }

  /** Nobody else will read it. */
  attemptFailed(reason: unknown): void {
    this.latest?.attemptFailed(reason)
    this.latest?.release(reason)
  }

  release(reason: unknown): void {
    this.attemptFailed(reason)
  }

  private sent(body: SentBody): SentBody {
    this.latest = isByteSource(body) ? lent(body) : undefined
    return this.latest?.next() ?? body
  }
}
