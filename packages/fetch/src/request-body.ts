/** What fetch takes as a body, and a function that makes one for each attempt. */
export type ResilientBody = SentBody | (() => SentBody | Promise<SentBody>)

/** What fetch takes as a body; in Node, also its own streams and all that is iterated over. */
export type SentBody = FetchBody | AsyncIterable<Uint8Array>

/** What fetch takes as a body. `BodyInit` is its name in browsers, and none of Node's. */
export type FetchBody = NonNullable<RequestInit['body']>

/** The body of a request, for all of its attempts. */
export interface RequestBody {
  /** The body for the next attempt; undefined where there is none. */
  next(): SentBody | undefined | Promise<SentBody | undefined>
  /** Whether all of it can be sent once more. */
  canResend(): boolean
  /** The attempt that it was sent with is over. Platforms go on reading, and an endless stream would never end. */
  attemptFailed(reason: unknown): void
  /** The request has failed for good, with `reason`. */
  release(reason: unknown): void
}

/** What can be sent again and again. */
export function repeatable(next: RequestBody['next']): RequestBody {
  return { next, canResend: () => true, attemptFailed: () => {}, release: () => {} }
}
