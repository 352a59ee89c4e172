import { type Cancellation, Dependent, type KernelCall } from '@holdfast/core/kernel'

/** Aborts the fetch when its call is cancelled. */
export class AbortLink extends Dependent {
  private readonly controller: AbortController

  constructor(controller: AbortController, call: KernelCall) {
    super()
    this.controller = controller
    if (call.isCancellable) this.attach(call)
  }

  override cancel(_: Cancellation, aborts: AbortController[]): void {
    aborts.push(this.controller)
  }
}
