/**
 * The protocol by which policies, calls and observers meet, also when a process has loaded several copies of this
 * package. A change that an older copy would misread takes the next number.
 */
export const holdfast: unique symbol = Symbol.for('holdfast/1')

type Registry = Record<string, unknown>
const host = globalThis as { [holdfast]?: Registry }

/** What all copies of the kernel in this process share under `key`; the first that asks makes it. */
export function shared<T>(key: string, make: () => T): T {
  const registry = (host[holdfast] ??= Object.create(null) as Registry)
  return (registry[key] ??= make()) as T
}
