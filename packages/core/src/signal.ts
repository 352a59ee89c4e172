import { reportFault } from './report.ts'

/** True of an AbortSignal of any realm or polyfill. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  const signal = value as AbortSignal | null
  return (
    typeof signal === 'object' && typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function'
  )
}

export function listen(signal: AbortSignal, listener: () => void): void {
  signal.addEventListener('abort', listener)
}

export function unlisten(signal: AbortSignal, listener: () => void): void {
  try {
    signal.removeEventListener('abort', listener)
  } catch (error) {
    // It may be of anybody's making, and must not change the outcome.
    reportFault(error, 'the signal of the caller')
  }
}

/** The controller of a signal that an operation asked for, aborted already if its call has been cancelled. */
export function controllerFor(cancelled: { readonly reason: unknown } | undefined): AbortController {
  const controller = new AbortController()
  if (cancelled) controller.abort(cancelled.reason)
  return controller
}
