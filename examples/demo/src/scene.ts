import type { Dependency } from './dependency.ts'
import type { GuardedClient } from './guarded-client.ts'
import type { Ledger } from './ledger.ts'
import type { Note } from './note.ts'
import type { ScheduledPhase } from './phases.ts'

/** One client, its book, and the dependency that it has for itself. */
export interface Side {
  readonly ledger: Ledger
  readonly dependency: Dependency
}

/** All that there is to see; it changes while one looks. */
export interface Scene {
  readonly seed: number
  readonly phases: readonly ScheduledPhase[]
  readonly elapsedMs: () => number
  readonly bare: Side
  readonly guarded: Side & Pick<GuardedClient, 'breaker' | 'slots'>
}

/** Shows a scene while it plays. */
export interface Screen {
  /** Called several times a second. */
  readonly draw: () => void
  readonly note: (note: Note, atMs: number) => void
  readonly close: () => void
}
