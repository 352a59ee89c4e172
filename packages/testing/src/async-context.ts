type Bind = (callback: () => void) => () => void

const { process } = globalThis as {
  process?: { getBuiltinModule?: (name: string) => { readonly AsyncResource: { readonly bind: Bind } } | undefined }
}
const hooks = process?.getBuiltinModule?.('node:async_hooks')

/**
 * Binds a callback to the async context of now, where the platform tells of contexts: timers run in the one in which
 * they were set, not in that of whoever advances the clock.
 */
export const inPresentContext: Bind = hooks === undefined ? callback => callback : hooks.AsyncResource.bind
