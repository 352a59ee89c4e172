import type { HttpAnswer } from '@holdfast/fetch/http'
import type { Attempt } from './attempt.ts'
import type { ResponseHeaders } from './response-sink.ts'

/** The head of a response: what the policies judge. */
export class DispatchAnswer implements HttpAnswer {
  readonly status: number
  readonly headers: ResponseHeaders
  readonly statusText: string | undefined
  readonly #attempt: Attempt

  constructor(attempt: Attempt, status: number, headers: ResponseHeaders, statusText: string | undefined) {
    this.#attempt = attempt
    this.status = status
    this.headers = headers
    this.statusText = statusText
  }

  /** It is the last one: the caller gets it. */
  deliver(): void {
    this.#attempt.deliver()
  }

  /** Another attempt follows: nobody gets it. */
  drop(): void {
    this.#attempt.drop()
  }
}
