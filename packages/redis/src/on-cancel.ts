import { type Cancellation, Dependent, type KernelCall } from '@holdfast/core/kernel'

/** Calls `tell` when `call` is cancelled, unless what this returns is detached before. */
export function onCancel(call: KernelCall, tell: (cancellation: Cancellation) => void): Dependent {
  const listener = new Listener(tell)
  if (call.isCancellable) listener.attach(call)
  return listener
}

class Listener extends Dependent {
  readonly cancel: (cancellation: Cancellation) => void

  constructor(tell: (cancellation: Cancellation) => void) {
    super()
    this.cancel = tell
  }
}
