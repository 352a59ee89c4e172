import type { PolicyEvent } from './events.ts'
import { shared } from './protocol.ts'

/** What `around` is told. */
export interface Bracket {
  /** `call` for a whole run, `attempt` for each time its operation is called. */
  readonly scope: 'call' | 'attempt'
  /** The policy, or the pipeline, whose `run` made the call. */
  readonly policy: { readonly name: string; readonly kind: string }
  /** Number of the run, unique in the process: the same as in its events. */
  readonly callId: number
  /** From 1, counted by the innermost retry around the operation. */
  readonly attempt: number
  /** Of an attempt: the same as in its events. */
  readonly attemptId?: number
}

/** Sees every policy of the process. All members are optional. */
export interface Observer {
  /** Told every event of every policy, and what exists only while somebody observes: calls and attempts. */
  readonly event?: ((event: PolicyEvent) => unknown) | undefined
  /**
   * Brackets a call and each of its attempts, so that tracing can activate its context. It must call `next` at once,
   * and once; the promise that it gets tells when the bracket ends.
   */
  readonly around?: ((bracket: Bracket, next: () => Promise<unknown>) => unknown) | undefined
  /**
   * Told what code of users throws where it must not change an outcome: listeners, observers, `discard` and the like.
   * Without any `fault`, the console gets at most a line a second.
   */
  readonly fault?: ((fault: { readonly error: unknown; readonly source: string }) => void) | undefined
}

/** The observers of the process. The list is replaced, never written to, so that one can leave while it is read. */
export const observers: { list: readonly Observer[] } = /* @__PURE__ */ shared('observers', () => ({ list: [] }))
