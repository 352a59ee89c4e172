import type { Call, CallContext } from 'holdfast'

/** A context that carries a key. */
export function contextOf(key: string): CallContext {
  const context: object = { key }
  return context
}

/** The key that `contextOf` was given; `none` for a call without one. */
export function keyOf({ context }: Call): string {
  return (context as { readonly key?: string }).key ?? 'none'
}
