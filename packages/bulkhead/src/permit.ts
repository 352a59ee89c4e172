/// <reference lib="esnext.disposable" preserve="true" />
/** A slot of a bulkhead, for work that cannot be wrapped. Also for `using`, where the language has it. */
export interface Permit {
  /** Gives the slot back. Only the first call does anything. */
  readonly release: () => void
  /** The same, at the end of the block of a `using`. */
  readonly [Symbol.dispose]: () => void
}

/** Older platforms have no `Symbol.dispose`; compilers then use this one. */
const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose)

export function permit(release: () => void): Permit {
  return { release, [dispose]: release }
}
