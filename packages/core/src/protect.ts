import type { PolicyEvent } from './events.ts'
import type { Policy } from './policy.ts'
import { asPolicy } from './policy-check.ts'
import { show } from './text.ts'

/**
 * Returns a function with the signature of `fn` whose calls run under `policy`, for code that cannot pass a thunk.
 * `this` is passed on; the result is always a promise. Throws a `TypeError` for what is no policy, or no function.
 *
 * @example
 * const getUser = protect(users, (id: string) => db.users.find(id))
 * await getUser('42')
 */
export function protect<This, Args extends unknown[], T, Added, Event extends PolicyEvent>(
  policy: Policy<Added, Event>,
  fn: (this: This, ...args: Args) => PromiseLike<T> | T,
): (this: This, ...args: Args) => Promise<T | Added> {
  asPolicy(policy, 'protect: the first argument')
  if (typeof fn !== 'function') throw new TypeError(`protect: the second argument must be a function, got ${show(fn)}`)
  return function (...args) {
    return policy.run(() => fn.apply(this, args))
  }
}
