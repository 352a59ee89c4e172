import { TimeoutError } from '@holdfast/core'
import { stackless, startTimer } from '@holdfast/core/kernel'
import { isMistake } from '@holdfast/fetch/http'
import type { Attempt } from './attempt.ts'
import type { DispatchAnswer } from './dispatch-answer.ts'
import type { DispatchExchange } from './dispatch-exchange.ts'
import type { ResponseHeaders, ResponseSink } from './response-sink.ts'

/**
 * A response on its way to the handler of the caller. It cannot be taken back: what breaks from here on is told to the
 * handler, and to the breaker. A silence that is too long ends it, unless it is the caller who does not read.
 */
export class Delivery implements ResponseSink {
  private readonly exchange: DispatchExchange
  private readonly attempt: Attempt
  private isOver = false
  private hasFailed = false
  /** Whether it was ended from this side, which says nothing about the server. */
  private isLeft = false
  private timer: unknown = undefined
  private heardMs = 0

  constructor(exchange: DispatchExchange, attempt: Attempt) {
    this.exchange = exchange
    this.attempt = attempt
  }

  start({ status, headers, statusText }: DispatchAnswer): void {
    const { handler, controller } = this.exchange
    this.guarded(() => handler.onResponseStart?.(controller, status, headers, statusText))
  }

  /** Starts the watch on silence. Most bodies have arrived by then, together with their headers, and need none. */
  watch(): void {
    const { clock, body } = this.exchange.client.settings
    if (this.isOver) return
    this.timer = startTimer(clock, () => this.expire(), body.idleMs)
    this.heard()
  }

  /** Something has happened: the silence begins anew. */
  heard(): void {
    if (this.timer !== undefined) this.heardMs = this.exchange.client.settings.clock.nowMs()
  }

  data(chunk: Buffer): void {
    const { handler, controller } = this.exchange
    this.heard()
    this.guarded(() => handler.onResponseData?.(controller, chunk))
  }

  end(trailers: ResponseHeaders): void {
    const { handler, controller } = this.exchange
    this.over()
    this.guarded(() => handler.onResponseEnd?.(controller, trailers))
  }

  /** May come after the end, too, where that is when the handler threw. */
  fail(error: Error): void {
    const { handler, controller, client, key } = this.exchange
    if (this.hasFailed) return
    this.hasFailed = true
    const isOurs = this.isLeft || isMistake(error)
    if (!isOurs) client.breakerOf(key)?.record('failure')
    this.over()
    handler.onResponseError?.(controller, error)
  }

  /** The caller wants no more of it. */
  leave(reason: unknown): void {
    this.isLeft = true
    this.attempt.abort(reason)
  }

  private expire(): void {
    const { controller, client } = this.exchange
    const { name, clock, body } = client.settings
    const leftMs = controller.paused ? body.idleMs : this.heardMs + body.idleMs - clock.nowMs()
    if (leftMs > 0) this.timer = startTimer(clock, () => this.expire(), leftMs)
    else this.attempt.abort(stackless(() => new TimeoutError(`${name}.body`, body.idleMs, 'body')))
  }

  /** What a handler throws, undici tells it as the error of the response. */
  private guarded(hand: () => void): void {
    try {
      hand()
    } catch (error) {
      this.isLeft = true
      throw error
    }
  }

  private over(): void {
    this.isOver = true
    this.exchange.client.settings.clock.clearTimeout(this.timer)
    this.exchange.over()
  }
}
