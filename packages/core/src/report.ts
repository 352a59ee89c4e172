import { systemClock } from './clock.ts'
import { observers } from './observers.ts'
import { isUnwantedPromise } from './promises.ts'
import { shared } from './protocol.ts'

/** At most one line a second on the console: a listener that always throws must not flood the log of an outage. */
const REPORT_INTERVAL_MS = 1_000

const reports = /* @__PURE__ */ shared('reports', () => ({ lastMs: -Infinity, unreported: 0 }))

/** Runs code of a user's that must not change the outcome of a call: what it throws or rejects with is reported. */
export function callGuarded(source: string, callback: () => unknown): void {
  const report = (error: unknown): void => reportFault(error, source)
  try {
    const result = callback() as PromiseLike<unknown> | undefined
    if (typeof result?.then === 'function') result.then(undefined, report)
  } catch (error) {
    report(error)
  }
}

/** Tells the observers' `fault`, or the console if none has one. */
export function reportFault(error: unknown, source: string): void {
  const sinks = observers.list.map(({ fault }) => fault).filter(fault => fault !== undefined)
  for (const sink of sinks) {
    try {
      isUnwantedPromise(sink({ error, source }))
    } catch {
      // A sink that fails has nobody left to tell.
    }
  }
  if (sinks.length === 0) reportToConsole(error, source)
}

function reportToConsole(error: unknown, source: string): void {
  const nowMs = systemClock.nowMs()
  if (Math.abs(nowMs - reports.lastMs) < REPORT_INTERVAL_MS) {
    reports.unreported++
    return
  }
  const more = reports.unreported === 0 ? '' : ` (and ${reports.unreported} more since the last report)`
  reports.lastMs = nowMs
  reports.unreported = 0
  try {
    console.error(`holdfast: ${source} failed${more}:`, error)
  } catch {
    // The console may be a closed pipe.
  }
}
