const listeners = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls back when `signal` aborts, by one listener however many wait: a signal that lives as long as the process must not
 * gather one for each request. Returns its undo.
 */
export function onSharedAbort(signal: AbortSignal, listener: () => void): () => void {
  const waiting = listeners.get(signal) ?? listenTo(signal)
  waiting.add(listener)
  return () => void waiting.delete(listener)
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const waiting = new Set<() => void>()
  listeners.set(signal, waiting)
  const tellAll = (): void => {
    for (const listener of waiting) listener()
  }
  signal.addEventListener('abort', tellAll, { once: true })
  return waiting
}
