import type { Call } from '@holdfast/core'
import { Answer, callGuarded, KernelCall } from '@holdfast/core/kernel'
import { classify, Exchange, type HttpContext, type HttpPolicies, type HttpSettings } from '@holdfast/fetch/http'
import type { Dispatcher } from 'undici'
import { Attempt } from './attempt.ts'
import type { Delivery } from './delivery.ts'
import { DispatchAnswer } from './dispatch-answer.ts'
import { RepeatableRequest } from './repeatable-request.ts'
import { type ControllerOwner, StableController } from './stable-controller.ts'

/** What all dispatches of an interceptor share. */
export interface ResilientClient extends Pick<HttpPolicies, 'policy' | 'breakerOf' | 'totalMs'> {
  readonly settings: HttpSettings
  /** Whether a response of this status waits for the verdict of the policies. */
  readonly holds: (status: number) => boolean
}

/** One dispatch with all of its attempts, of which the handler of the caller sees none but the last. */
export class DispatchExchange extends Exchange implements ControllerOwner {
  readonly client: ResilientClient
  readonly handler: Dispatcher.DispatchHandler
  readonly controller: StableController
  /** That around all attempts: whatever depends on it ends with the caller's abort. */
  readonly call: KernelCall
  private readonly dispatch: Dispatcher.Dispatch
  private readonly request: RepeatableRequest
  private readonly answer = new Answer()
  /** What undici tells a handler beside the controller: the history of a redirect further in, as it grows. */
  private readonly context = {}
  private latest: Attempt | undefined = undefined
  private delivery: Delivery | undefined = undefined
  private isOver = false
  private isReadyForMore = true

  constructor(
    client: ResilientClient,
    dispatch: Dispatcher.Dispatch,
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ) {
    super()
    const context: HttpContext = { http: this }
    this.client = client
    this.dispatch = dispatch
    this.handler = handler
    this.controller = new StableController(this)
    this.request = new RepeatableRequest(client, request, error => this.abort(error))
    this.call = new KernelCall(client.settings, undefined, undefined, 1, undefined, this.answer)
    this.call.scope.given = { context, discard: undefined }
    this.answer.call = this.call
  }

  /**
   * The handler gets its controller first: so it can abort while a connection is made, and in the wait before the next
   * attempt. Returns, as all dispatchers do, whether more may be dispatched before the next `drain`.
   */
  start(): boolean {
    try {
      this.handler.onRequestStart?.(this.controller, this.context)
    } catch (error) {
      this.failed(error)
      return true
    }
    this.client.policy
      .run(call => this.send(call), this.call)
      .then(
        answer => this.answered(answer),
        (error: unknown) => this.failed(error),
      )
    return this.isReadyForMore
  }

  override get key(): string {
    return this.request.key
  }

  override get method(): string {
    return this.request.method
  }

  override isIdempotent(): boolean {
    return this.request.isIdempotent()
  }

  override hasIdempotencyKey(): boolean {
    return this.request.hasIdempotencyKey()
  }

  override canResend(): boolean {
    return this.request.body.canResend()
  }

  /** Nothing of a request is written before it starts: until then no server has seen it, whatever it was that failed. */
  override repeatsAfterError(error: unknown): boolean {
    const isUnseen = this.latest?.hasStarted === false && classify(error).kind === 'ambiguous'
    return isUnseen || super.repeatsAfterError(error)
  }

  /** The latest attempt has a connection. */
  started(controller: Dispatcher.DispatchController, context: unknown): void {
    this.controller.current = controller
    if (typeof context === 'object') Object.assign(this.context, context)
  }

  /** The caller wants no more, or its body has failed. */
  abort(reason: unknown): void {
    if (this.isOver) return
    if (this.delivery !== undefined) return this.delivery.leave(reason)
    this.answer.abort({ origin: 'caller', reason, limitMs: Infinity })
  }

  /** The handler reads on: only from here on is a silence that of the server. */
  resumed(): void {
    this.delivery?.heard()
  }

  /** A response is handed on, for good. */
  delivers(delivery: Delivery, controller: Dispatcher.DispatchController): void {
    this.delivery = delivery
    this.controller.flow(controller)
  }

  /** Nothing more will come of it. */
  over(): void {
    this.isOver = true
    this.request.body.release()
  }

  private send(call: Call): Promise<DispatchAnswer> {
    const { latest } = this
    // A policy of the user's repeats what cannot be sent again: it is told what it was told before.
    if (latest !== undefined && !this.canResend()) return latest.answer
    // Nor may it have said that nobody wants the last response.
    latest?.drop()
    const attempt = new Attempt(this, call as KernelCall)
    this.latest = attempt
    this.attempts++
    try {
      const isReadyForMore = this.dispatch(this.request.optionsFor(call), attempt)
      if (this.attempts === 1) this.isReadyForMore = isReadyForMore
    } catch (error) {
      // An interceptor further in has failed.
      attempt.onResponseError(undefined, error as Error)
    }
    return attempt.answer
  }

  private answered(answer: unknown): void {
    if (this.delivery !== undefined) return this.delivery.watch()
    if (answer instanceof DispatchAnswer) return answer.deliver()
    this.failed(
      new TypeError(`${this.client.settings.name}: a policy answered with what is no response to the request`),
    )
  }

  private failed(error: unknown): void {
    this.latest?.giveUp(error)
    if (this.isOver) return
    // A predicate of the user's may throw when the response is on its way already.
    if (this.delivery !== undefined) return this.delivery.leave(error)
    this.over()
    callGuarded('onResponseError of a handler', () => this.handler.onResponseError?.(this.controller, error as Error))
  }
}
