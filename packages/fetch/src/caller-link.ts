/** What a signal of a caller must forget when nobody can read the body any more. */
interface Listening {
  readonly signal: AbortSignal
  readonly listener: () => void
}

const unreachable = /* @__PURE__ */ new FinalizationRegistry<Listening>(({ signal, listener }) =>
  signal.removeEventListener('abort', listener),
)

/**
 * Ends a body when the caller's signal aborts, for as long as somebody may read it. Many callers look at the status and
 * leave the body alone, with a signal that lives as long as the process: it must not hold on to each response.
 *
 * Returns what ends the link, unless that has aborted it already.
 */
export function linkToCaller(signal: AbortSignal, controller: AbortController): (() => void) | undefined {
  if (signal.aborted) {
    controller.abort(signal.reason)
    return undefined
  }
  const held = new WeakRef(controller)
  const listener = (): void => held.deref()?.abort(signal.reason)
  signal.addEventListener('abort', listener, { once: true })
  unreachable.register(controller, { signal, listener }, held)
  return () => {
    signal.removeEventListener('abort', listener)
    unreachable.unregister(held)
  }
}
