import { type Backoff, constant } from 'holdfast'
import { type Mock, vi } from 'vitest'

/** An operation that always fails. */
export const failing = (): Mock<() => Promise<string>> => vi.fn(() => Promise.reject(new Error('down')))

/** Work that never ends and listens to nobody. */
export const hanging = (): Promise<never> => new Promise(() => {})

/** What a promise came to, its error included. */
export const settled = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    value => value,
    (error: unknown) => error,
  )

/** A retry that does not wait. */
export const atOnce: { readonly backoff: Backoff } = { backoff: constant({ delayMs: 0 }) }

/** Work whose end the test decides. */
export function deferred(): { readonly promise: Promise<string>; readonly resolve: (value: string) => void } {
  let resolve: (value: string) => void = () => {}
  const promise = new Promise<string>(_resolve => {
    resolve = _resolve
  })
  return { promise, resolve }
}
