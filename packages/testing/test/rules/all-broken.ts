import type { Broken } from './broken.ts'
import { brokenAbortCounts } from './broken-abort-counts.ts'
import { brokenAborts } from './broken-aborts.ts'
import { brokenAsyncContexts } from './broken-async-contexts.ts'
import { brokenCallbacks } from './broken-callbacks.ts'
import { brokenContract } from './broken-contract.ts'
import { brokenErrors } from './broken-errors.ts'
import { brokenEvents } from './broken-events.ts'
import { brokenHandOvers } from './broken-hand-overs.ts'
import { brokenInput } from './broken-input.ts'
import { brokenLeftBehind } from './broken-left-behind.ts'
import { brokenListeners } from './broken-listeners.ts'
import { brokenOptions } from './broken-options.ts'
import { brokenPermitAborts } from './broken-permit-aborts.ts'
import { brokenPermits } from './broken-permits.ts'
import { brokenQueues } from './broken-queues.ts'
import { brokenRejections } from './broken-rejections.ts'
import { brokenTime } from './broken-time.ts'
import { brokenTimers } from './broken-timers.ts'
import { brokenWaits } from './broken-waits.ts'

/** The broken policies, by what they are bad at. */
export const allBroken: Readonly<Record<string, readonly Broken[]>> = {
  'the contract': [...brokenContract, ...brokenEvents],
  aborts: [...brokenAborts, ...brokenAbortCounts, ...brokenWaits],
  places: [...brokenPermits, ...brokenPermitAborts],
  callbacks: [...brokenListeners, ...brokenCallbacks],
  queues: [...brokenQueues, ...brokenHandOvers],
  'what is left behind': [...brokenTimers, ...brokenLeftBehind],
  time: brokenTime,
  errors: [...brokenErrors, ...brokenRejections],
  'async contexts': brokenAsyncContexts,
  input: [...brokenInput, ...brokenOptions],
}
