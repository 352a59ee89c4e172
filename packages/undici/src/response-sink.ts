import type { Dispatcher } from 'undici'

/** As undici hands them over. */
export type ResponseHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>[1]

/** Where the body of a response goes. */
export interface ResponseSink {
  data(chunk: Buffer): void
  /** The body is complete. */
  end(trailers: ResponseHeaders): void
  /** It has broken off, or was aborted. */
  fail(error: Error): void
}
