const { process } = globalThis as {
  process?: { getBuiltinModule?: (name: string) => unknown }
}

/** A module of Node, or undefined on platforms that have none: this package runs in browsers, too. */
export function builtinModule(name: string): unknown {
  return process?.getBuiltinModule?.(name)
}
