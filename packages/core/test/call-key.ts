import { type Call, type CallContext, type CommonOptions, type Keyed, keyed, type Policy } from '@holdfast/core'
import type { Standing } from '@holdfast/core/kernel'
import { type Telling, telling } from './layers.ts'

/** A context that carries a key. */
export function contextOf(key: unknown): CallContext {
  const context: object = { key }
  return context
}

/** The key that `contextOf` was given. */
export function keyOf(call: Call): string {
  return (call.context as { readonly key: string }).key
}

/** A policy for each key, named after it, which stands as `standings` says of its key; idle if that says nothing. */
export function tellingByKey(
  options: CommonOptions & { readonly maxKeys?: number },
  standings: ReadonlyMap<string, Standing> = new Map(),
): Keyed<string, Telling> {
  const make = (key: string): Telling =>
    telling(
      { name: key, ...(options.clock && { clock: options.clock }) },
      { standing: () => standings.get(key) ?? 'idle' },
    )
  return keyed({ ...options, by: keyOf, make })
}

/** Runs once for each key, one after the other. */
export async function touch(perKey: Keyed<string, Telling>, ...keys: string[]): Promise<void> {
  for (const key of keys) await perKey.run(() => key, { context: contextOf(key) })
}

export function keysOf(perKey: Keyed<string, Telling>): string[] {
  return [...perKey.entries()].map(([key]) => key)
}

/** Begins a call for `key`; what is returned ends it. */
export function begin(perKey: Keyed<string, Policy>, key: string): () => Promise<void> {
  const ends: (() => void)[] = []
  const operation = (): Promise<void> =>
    new Promise(resolve => {
      ends.push(resolve)
    })
  const answer = perKey.run(operation, { context: contextOf(key) })
  return () => {
    for (const end of ends) end()
    return answer
  }
}
