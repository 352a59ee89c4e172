import { builtinModule } from './builtin-modules.ts'

type Bind = (callback: () => void) => () => void

const hooks = builtinModule('node:async_hooks') as { readonly AsyncResource: { readonly bind: Bind } } | undefined

/**
 * Binds a callback to the async context of now, where the platform tells of contexts: timers run in the one in which
 * they were set, not in that of whoever advances the clock.
 */
export const inPresentContext: Bind = hooks === undefined ? callback => callback : hooks.AsyncResource.bind
