import type { Clock } from '@holdfast/core'
import { startTimer } from '@holdfast/core/kernel'
import type { Audit } from './audit.ts'
import { type Closed, type Closer, closeAll } from './closers.ts'
import type { DrainingServer } from './draining-server.ts'
import type { State } from './health.ts'
import { ShutdownError } from './shutdown-error.ts'
import type { WorkInFlight } from './work-in-flight.ts'

/** What was aborted has this share of the time for closers, to end in its own way. */
const ABORT_SHARE = 0.2

export interface ShutdownParts {
  readonly name: string
  readonly clock: Clock
  readonly drainDelayMs: number
  readonly graceMs: number
  readonly closeMs: number
  readonly servers: readonly DrainingServer[]
  readonly work: WorkInFlight
  /** In the order in which they are run. */
  readonly closers: () => readonly Closer[]
  readonly draining: AbortController
  readonly aborting: AbortController
  readonly audit: Audit
  readonly enter: (state: State) => void
}

/** Takes the process out of service, step by step. Resolves with whether everything ended by itself. */
export async function shutDown(parts: ShutdownParts, reason: string): Promise<boolean> {
  const { name, clock, drainDelayMs, graceMs, closeMs, servers, work, audit } = parts
  const startMs = clock.nowMs()
  const inFlight = { requests: work.requests, calls: work.calls }
  parts.enter('draining')
  audit.info(`shutting down: ${reason}`, { reason, ...inFlight })
  for (const server of servers) server.drain()
  parts.draining.abort(new ShutdownError(name, reason))

  // Balancers see the readiness fail; until they have, they send requests.
  await pause(clock, drainDelayMs)
  for (const server of servers) server.stopAccepting()
  const isDone = await within(clock, graceMs, work.ended())

  parts.enter('closing')
  const left = { requests: work.requests, calls: work.calls }
  if (!isDone) {
    audit.warn(`the grace of ${graceMs} ms is over, aborting what still runs`, { reason, ...left })
    parts.aborting.abort(new ShutdownError(name, reason))
    await within(clock, closeMs * ABORT_SHARE, work.ended())
  }
  for (const server of servers) server.destroy()
  const closed = await closeAll(parts.closers(), isDone ? closeMs : closeMs * (1 - ABORT_SHARE), clock)
  const isClean = isDone && closed.every(({ outcome }) => outcome === 'closed')
  for (const end of closed) tellUnclean(audit, end)
  const durationMs = Math.round(clock.nowMs() - startMs)
  audit[isClean ? 'info' : 'warn'](`shut down: ${reason}`, {
    reason,
    durationMs,
    aborted: isDone ? { requests: 0, calls: 0 } : left,
    closed: closed.map(({ name: closer, outcome }) => `${closer} ${outcome}`),
  })
  parts.enter('stopped')
  return isClean
}

function tellUnclean(audit: Audit, { name, outcome, error }: Closed): void {
  if (outcome === 'failed') audit.error(`closing ${name} failed`, { closer: name, err: error })
  if (outcome === 'hung') audit.error(`closing ${name} took too long`, { closer: name })
}

function pause(clock: Clock, ms: number): Promise<void> {
  if (ms === 0) return Promise.resolve()
  return new Promise(resolve => {
    startTimer(clock, resolve, ms)
  })
}

/** Whether `work` ends within the limit. */
function within(clock: Clock, limitMs: number, work: Promise<void>): Promise<boolean> {
  return new Promise(resolve => {
    const timer = startTimer(clock, () => resolve(false), limitMs)
    void work.then(() => {
      clock.clearTimeout(timer)
      resolve(true)
    })
  })
}
