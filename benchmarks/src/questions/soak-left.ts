import { getEventListeners } from 'node:events'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'

/** What is there when no call is under way. */
export interface Left {
  readonly heapBytes: number
  readonly listeners: number
  readonly timers: number
}

/** Longer than any work goes on after its caller was answered. */
const SETTLE_MS = 200

export async function whatIsLeft(signal: AbortSignal): Promise<Left> {
  // Twice: finalizers run between, and hold what they finalize until then.
  for (let time = 0; time < 2; time++) {
    await wait(SETTLE_MS)
    collectAll()
  }
  return {
    heapBytes: process.memoryUsage().heapUsed,
    listeners: getEventListeners(signal, 'abort').length,
    timers: process.getActiveResourcesInfo().filter(resource => resource === 'Timeout').length,
  }
}

/** Also what an ordinary collection leaves in case it is needed again, such as the code that takes the types out of ours. */
function collectAll(): void {
  if (globalThis.gc === undefined) throw new Error('the benchmarks need node --expose-gc')
  globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
