/**
 * The protocol by which policies, calls and observers meet, also when a process has loaded several copies of this
 * package. A change that an older copy would misread takes the next number.
 */
export const holdfast: unique symbol = Symbol.for('holdfast/1')

type Registry = Record<string, unknown>
const host = globalThis as { [holdfast]?: Registry }

/**
 * Keeps one object of a class for ever. Without any, the engine forgets the hidden shape of the class at the next
 * collection, and throws away all code that it has optimised for it: a service would be slow after each quiet moment.
 */
export function keepShape(object: object): void {
  shared<object[]>('shapes', () => []).push(object)
}

/** What all copies of the kernel in this process share under `key`; the first that asks makes it. */
export function shared<T>(key: string, make: () => T): T {
  const registry = (host[holdfast] ??= Object.create(null) as Registry)
  return (registry[key] ??= make()) as T
}
