/** A controller that tells who listens to its signal, on platforms too that do not. */
export function watchedController(): { readonly controller: AbortController; readonly listeners: Set<unknown> } {
  const controller = new AbortController()
  const { signal } = controller
  const listeners = new Set<unknown>()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: AddEventListenerOptions | boolean,
  ) => {
    const { once = false, signal: until } = typeof options === 'object' ? options : {}
    const left = (): boolean => listeners.delete(listener)
    listeners.add(listener)
    add(type, listener, options)
    if (once) add(type, left)
    until?.addEventListener('abort', left)
  }
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    listeners.delete(listener)
    remove(type, listener)
  }
  return { controller, listeners }
}
