import { builtinModule } from './builtin-modules.ts'
import { virtualClock } from './virtual-clock.ts'

/**
 * How many of these objects nothing holds any more, after a full collection of garbage. For Node, Deno and Bun only: throws an
 * `Error` where the platform cannot be made to collect.
 *
 * @example
 * const reference = new WeakRef(retry())
 * expect(await countCollected([reference])).toBe(1)
 */
export async function countCollected(references: readonly WeakRef<object>[]): Promise<number> {
  const collect = collector()
  if (collect === undefined) throw new Error('countCollected: this platform cannot be made to collect garbage')
  // A WeakRef holds what it was asked for until the turn of the event loop is over.
  await virtualClock().settle()
  collect()
  return references.filter(reference => reference.deref() === undefined).length
}

/** What collects all garbage, where the platform has it. */
export function collector(): (() => void) | undefined {
  const { gc } = globalThis as { gc?: () => void }
  if (gc !== undefined) return gc
  const v8 = builtinModule('node:v8') as { setFlagsFromString(flags: string): void } | undefined
  const vm = builtinModule('node:vm') as { runInNewContext(code: string): unknown } | undefined
  v8?.setFlagsFromString('--expose-gc')
  return vm?.runInNewContext('globalThis.gc') as (() => void) | undefined
}
