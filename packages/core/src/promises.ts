/** What `work` returns, as a promise: that promise itself if it is one, and a rejection with what it throws. */
export function promised<T>(work: () => PromiseLike<T> | T): Promise<T> {
  try {
    return Promise.resolve(work())
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * True of a promise where a plain value was wanted. Nobody will look at it any more, so that what it rejects with must
 * not become an unhandled rejection.
 */
export function isUnwantedPromise(value: unknown): boolean {
  const { then } = (value ?? {}) as { then?: unknown }
  if (typeof then !== 'function') return false
  Promise.resolve(value).catch(() => {})
  return true
}
