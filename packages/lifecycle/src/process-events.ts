import { constants } from 'node:os'
import process from 'node:process'

export interface ProcessEventsOptions {
  readonly signals: readonly NodeJS.Signals[]
  readonly uncaughtErrors: boolean
  readonly onSignal: (signal: NodeJS.Signals) => void
  readonly onUncaught: (error: unknown) => void
}

/** Listens to what ends processes, until the returned function is called. */
export function listenToProcess({ signals, uncaughtErrors, onSignal, onUncaught }: ProcessEventsOptions): () => void {
  for (const signal of signals) process.on(signal, onSignal)
  // A rejection that nobody handles becomes one, unless the process was started with another mode for them.
  if (uncaughtErrors) process.on('uncaughtException', onUncaught)
  return () => {
    for (const signal of signals) process.off(signal, onSignal)
    process.off('uncaughtException', onUncaught)
  }
}

/** What shells tell of a process that a signal has ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}
