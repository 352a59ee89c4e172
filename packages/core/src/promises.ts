/**
 * `result` as a promise that settles once, and whose `then` does not throw: of a promise, that promise itself, unless it
 * has a `then` of its own. It is then followed, like a thenable.
 */
export function followed<T>(result: PromiseLike<T> | T): Promise<T> {
  const promise = Promise.resolve(result)
  return promise.then === Promise.prototype.then
    ? promise
    : new Promise(resolve => {
        resolve(promise)
      })
}

/** What `work` returns, as a promise, and what it throws as a rejection. */
export function promised<T>(work: () => PromiseLike<T> | T): Promise<T> {
  try {
    return followed(work())
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

/** What the newest promise is settled by: `new Promise(takeSettlers)` makes no function for each, as others do. */
export const settlers = {} as { resolve: (value: unknown) => void; reject: (reason: unknown) => void }

export function takeSettlers(resolve: (value: never) => void, reject: (reason: unknown) => void): void {
  settlers.resolve = resolve as (value: unknown) => void
  settlers.reject = reject
}

/** To be called when they have been taken: the functions of a promise hold its result, and the last one would stay. */
export function forgetSettlers(): void {
  settlers.resolve = settlers.reject = undefined as never
}
