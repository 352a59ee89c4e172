import type { Dispatcher } from 'undici'

type RawHeaders = NonNullable<Dispatcher.DispatchController['rawHeaders']> | null

/** Who is told what a handler does with its controller. */
export interface ControllerOwner {
  abort(reason: unknown): void
  resumed(): void
}

/**
 * The controller that the handler of the caller holds from the start to the end, whatever attempt is under way. Pausing
 * takes effect once a response is handed on: what is dropped for another attempt is nobody's to pause.
 */
export class StableController implements Dispatcher.DispatchController {
  /** That of the latest attempt. */
  current: Dispatcher.DispatchController | undefined = undefined
  private readonly owner: ControllerOwner
  private isFlowing = false
  private isPaused = false
  private abortedFor: { readonly reason: unknown } | undefined = undefined

  constructor(owner: ControllerOwner) {
    this.owner = owner
  }

  get aborted(): boolean {
    return this.abortedFor !== undefined
  }

  get reason(): Error | null {
    return (this.abortedFor?.reason as Error | undefined) ?? null
  }

  get paused(): boolean {
    return this.isPaused
  }

  get rawHeaders(): RawHeaders {
    return this.current?.rawHeaders ?? null
  }

  set rawHeaders(headers: RawHeaders) {
    if (this.current !== undefined) this.current.rawHeaders = headers
  }

  get rawTrailers(): RawHeaders {
    return this.current?.rawTrailers ?? null
  }

  set rawTrailers(trailers: RawHeaders) {
    if (this.current !== undefined) this.current.rawTrailers = trailers
  }

  pause(): void {
    this.isPaused = true
    if (this.isFlowing) this.current?.pause()
  }

  resume(): void {
    this.isPaused = false
    this.owner.resumed()
    if (this.isFlowing) this.current?.resume()
  }

  abort(reason: unknown): void {
    if (this.abortedFor !== undefined) return
    // What an AbortController says where nobody said why.
    this.abortedFor = { reason: reason ?? new DOMException('This operation was aborted', 'AbortError') }
    this.owner.abort(this.abortedFor.reason)
  }

  /** The response of this attempt is handed on. */
  flow(controller: Dispatcher.DispatchController): void {
    this.current = controller
    this.isFlowing = true
    if (this.isPaused) controller.pause()
  }
}
