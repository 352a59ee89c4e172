import { type Cancellation, Dependent, type KernelCall, stackless } from '@holdfast/core/kernel'
import { remember } from '@holdfast/fetch/http'
import type { Dispatcher } from 'undici'
import { Delivery } from './delivery.ts'
import { DispatchAnswer } from './dispatch-answer.ts'
import type { DispatchExchange } from './dispatch-exchange.ts'
import { Drain } from './drain.ts'
import { HeldResponse } from './held-response.ts'
import type { ResponseHeaders, ResponseSink } from './response-sink.ts'

type Controller = Dispatcher.DispatchController

/** One attempt, as undici sees it. It ends for the policies with the headers of a response, or with an error before them. */
export class Attempt extends Dependent implements Dispatcher.DispatchHandler {
  /** Whether it got a connection: until then nothing of it is written. */
  hasStarted = false
  /** The head of its response. */
  readonly answer: Promise<DispatchAnswer>
  private readonly exchange: DispatchExchange
  /** There once it has started. */
  private controller!: Controller
  /** There with the headers. */
  private sink: ResponseSink | undefined = undefined
  private isOver = false
  private givenUp: { readonly reason: unknown } | undefined = undefined
  private resolve!: (answer: DispatchAnswer) => void
  private reject!: (error: unknown) => void

  constructor(exchange: DispatchExchange, call: KernelCall) {
    super()
    this.exchange = exchange
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.attach(call)
  }

  /** Its call is no longer wanted: that of the attempt up to the headers, from there on that of the exchange. */
  override cancel({ reason }: Cancellation, aborts: AbortController[]): void {
    this.leave(reason)
    if (this.hasStarted && !this.isOver) aborts.push(this.controller as unknown as AbortController)
  }

  /** Nobody waits for it any more, although nobody has cancelled it. */
  giveUp(reason: unknown): void {
    if (this.isOver || this.givenUp !== undefined || this.sink instanceof Delivery || this.sink instanceof Drain) return
    this.leave(reason)
    this.abort(reason)
  }

  abort(reason: unknown): void {
    if (this.hasStarted) this.controller.abort(reason as Error)
  }

  /** There is no further attempt. Does nothing where the response has been delivered. */
  deliver(): void {
    const held = this.sink
    if (!(held instanceof HeldResponse)) return
    this.detach()
    const delivery = this.delivery()
    try {
      delivery.start(held.answer)
      held.passTo(delivery)
    } catch (error) {
      // What a handler throws is told to it: by undici, where that still has the request.
      if (held.hasEnded) delivery.fail(error as Error)
      else this.abort(error)
    }
    if (held.hasEnded) return
    delivery.watch()
    if (!this.exchange.controller.paused) this.controller.resume()
  }

  /** Another attempt follows. Does nothing where the response is not held. */
  drop(): void {
    const held = this.sink
    if (!(held instanceof HeldResponse)) return
    if (held.hasEnded) return this.detach()
    const { clock, body } = this.exchange.client.settings
    const drainBytes = body.drainBytes - held.length
    const abort = (): void => this.abort(stackless(() => new Error('another attempt follows this response')))
    this.sink = new Drain(clock, { drainBytes, drainMs: body.drainMs }, abort)
    if (drainBytes < 0 || Number(held.answer.headers['content-length']) > body.drainBytes) abort()
  }

  onRequestStart(controller: Controller, context: unknown): void {
    // It has waited for a connection too long. Thrown, not aborted: that would close the connection.
    if (this.givenUp !== undefined) throw this.givenUp.reason
    this.controller = controller
    this.hasStarted = true
    this.exchange.started(controller, context)
  }

  onBodySent(chunk: Buffer): void {
    this.exchange.handler.onBodySent?.(chunk)
  }

  onRequestSent(): void {
    this.exchange.handler.onRequestSent?.()
  }

  onResponseStarted(): void {
    this.exchange.handler.onResponseStarted?.()
  }

  onResponseStart(_: Controller, status: number, headers: ResponseHeaders, statusText?: string): void {
    const { exchange } = this
    if (this.givenUp !== undefined) return
    if (status < 200) return exchange.handler.onResponseStart?.(exchange.controller, status, headers, statusText)
    this.detach()
    const answer = new DispatchAnswer(this, status, headers, statusText)
    this.resolve(answer)
    if (exchange.client.holds(status)) this.hold(answer)
    else this.delivery().start(answer)
  }

  onResponseData(_: Controller, chunk: Buffer): void {
    if (this.givenUp === undefined) this.sink?.data(chunk)
  }

  onResponseEnd(_: Controller, trailers: ResponseHeaders): void {
    this.isOver = true
    if (!(this.sink instanceof HeldResponse)) this.detach()
    if (this.givenUp === undefined) this.sink?.end(trailers)
  }

  onResponseError(_: Controller | undefined, error: Error): void {
    this.isOver = true
    if (!(this.sink instanceof HeldResponse)) this.detach()
    if (this.givenUp !== undefined) return
    if (this.sink === undefined) this.reject(error)
    else this.sink.fail(error)
  }

  /** Until the verdict, it is the caller's abort that ends it. */
  private hold(answer: DispatchAnswer): void {
    remember(answer, this.exchange)
    this.sink = new HeldResponse(answer, this.exchange.client.settings.body.drainBytes, () => this.controller.pause())
    this.attach(this.exchange.call)
  }

  private delivery(): Delivery {
    const delivery = new Delivery(this.exchange, this)
    this.sink = delivery
    this.exchange.delivers(delivery, this.controller)
    return delivery
  }

  private leave(reason: unknown): void {
    this.givenUp = { reason }
    if (this.sink instanceof Drain) this.sink.end()
    this.reject(reason)
  }
}
