import { shared, show } from '@holdfast/core/kernel'

/**
 * The brand of errors that no retry repeats: `[permanentBrand] = true` on an error, or on the prototype of its class,
 * says the same as `permanent(error)`. A library that does not depend on this one writes
 * `Symbol.for('holdfast.permanent')`.
 */
export const permanentBrand: unique symbol = Symbol.for('holdfast.permanent')

const marked = /* @__PURE__ */ shared('permanent', () => new WeakSet<object>())

/**
 * Marks an error as one that no retry repeats, and returns it. The error itself is not written to.
 *
 * Throws a `TypeError` for what is no object: it could not be told from others like it.
 *
 * @example
 * if (response.status === 404) throw permanent(new Error('no such product'))
 */
export function permanent<E extends object>(error: E): E {
  if (typeof error !== 'object' || error === null) throw new TypeError(`permanent takes an error, got ${show(error)}`)
  marked.add(error)
  return error
}

export function isPermanent(error: unknown): boolean {
  let isBranded = false
  try {
    isBranded = (error as { [permanentBrand]?: unknown })[permanentBrand] === true
  } catch {
    // It has no members, or one that throws.
  }
  return isBranded || marked.has(error as object)
}
