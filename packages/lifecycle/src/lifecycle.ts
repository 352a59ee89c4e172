import process from 'node:process'
import { clean, readOptions, rule, show } from '@holdfast/core/kernel'
import { Audit } from './audit.ts'
import type { Check } from './checks.ts'
import type { Closer } from './closers.ts'
import { DrainingServer } from './draining-server.ts'
import { Checks, type Health, type State } from './health.ts'
import { type HealthHandlers, healthHandlers } from './health-handlers.ts'
import { type LifecycleOptions, readLifecycleOptions } from './options.ts'
import { exitCodeOf, listenToProcess } from './process-events.ts'
import { shutDown } from './shutdown.ts'
import { WorkInFlight } from './work-in-flight.ts'

/** What `shutdown` takes. */
export interface ShutdownRequest {
  /** Why: for the audit, at most 120 characters. */
  readonly reason: string
  /** What the process ends with if all went well, 0 to 255. Default 0. */
  readonly exitCode?: number | undefined
}

/** What `lifecycle` makes: the state of the process, its probes and its shutdown. */
export interface Lifecycle {
  /** `starting` until `started()`, then `running`; a shutdown goes by `draining` and `closing` to `stopped`. */
  readonly state: State
  /** Aborts when a shutdown begins: take no new work from now on. Its reason is a `ShutdownError`. */
  readonly draining: AbortSignal
  /** Aborts when the grace is over: what still runs should end. Its reason is a `ShutdownError`. */
  readonly signal: AbortSignal
  /** Startup and readiness succeed from now on. */
  readonly started: () => void
  /** Has `close` called at the end of a shutdown; the last one first. Returns its undo. */
  readonly onClose: (name: string, close: () => unknown) => () => void
  /** Has readiness look at something else. Returns its undo. */
  readonly watch: (name: string, check: Check) => () => void
  /** Whether the process works: it does while it can answer. Looks at nothing else, as a restart mends no dependency. */
  readonly live: () => Health
  /** Whether requests should come here. */
  readonly ready: () => Promise<Health>
  /** Whether `started()` was called. */
  readonly startup: () => Health
  /** The three of them for node:http and Express. */
  readonly handlers: HealthHandlers
  /** Does what a signal does. Only the first call begins a shutdown; all resolve when it is over. */
  readonly shutdown: (request: ShutdownRequest) => Promise<void>
}

/**
 * The life of a service: health for probes, and a shutdown that loses nothing. On SIGTERM or SIGINT readiness fails, then
 * the server stops to accept, requests and protected calls end, closers run, telemetry is flushed, and the process exits:
 * with 0, with 1 if anything had to be aborted or failed, at once at a second signal.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const life = lifecycle({ server, checks: { postgres: { check: () => pool.query('select 1'), impact: 'critical' } } })
 * life.onClose('postgres', () => pool.end())
 * server.listen(8080, () => life.started())
 */
export function lifecycle(options?: LifecycleOptions): Lifecycle {
  const settings = readLifecycleOptions(options)
  const { name, flush, exit = (code: number) => process.exit(code) } = settings
  const audit = new Audit(name, settings.logger)
  const checks = new Checks(settings)
  for (const [checked, check] of Object.entries(settings.checks)) checks.add(checked, check)
  const work = new WorkInFlight()
  const servers = [settings.server].flat().map(server => new DrainingServer(server, work))
  const draining = new AbortController()
  const aborting = new AbortController()
  const closers: Closer[] = []
  let state: State = 'starting'
  let ending: Promise<void> | undefined
  let hadUncaughtError = false

  const stopWatching = [audit.watchCircuits(), ...(settings.trackCalls ? [work.countCalls()] : [])]
  const stopListening = listenToProcess({
    ...settings,
    onSignal: signal => {
      if (ending !== undefined) return leaveAtOnce(signal)
      void end({ reason: signal })
    },
    onUncaught: error => {
      hadUncaughtError = true
      audit.error('uncaught error', { err: error })
      void end({ reason: 'uncaught error' })
    },
  })

  const leaveAtOnce = (signal: NodeJS.Signals): void => {
    audit.warn(`${signal} during the shutdown, leaving at once`, { reason: signal })
    exit(exitCodeOf(signal))
  }

  const end = (request: ShutdownRequest): Promise<void> => {
    ending ??= shutDownAndExit(request)
    return ending
  }

  const shutDownAndExit = async ({ reason, exitCode = 0 }: ShutdownRequest): Promise<void> => {
    // Nobody sends requests to what never was ready, or serves nothing.
    const isServing = state === 'running' && servers.length > 0
    const isClean = await shutDown(
      {
        ...settings,
        drainDelayMs: isServing ? settings.drainDelayMs : 0,
        servers,
        work,
        closers: () => [...closers.toReversed(), ...(flush === undefined ? [] : [{ name: 'telemetry', close: flush }])],
        draining,
        aborting,
        audit,
        enter: next => {
          state = next
        },
      },
      reason,
    )
    for (const stop of [...stopWatching, stopListening]) stop()
    exit(exitCode === 0 && (hadUncaughtError || !isClean) ? 1 : exitCode)
  }

  const health = (isUp: boolean): Health => ({ status: isUp ? 'up' : 'down', code: isUp ? 200 : 503, state })
  const source = {
    live: () => health(true),
    ready: async () => {
      const looked = state === 'running' ? await checks.health(state) : undefined
      // A shutdown may have begun in the meantime.
      return looked !== undefined && state === 'running' ? looked : health(false)
    },
    startup: () => health(state !== 'starting'),
  }

  return {
    ...source,
    get state() {
      return state
    },
    draining: draining.signal,
    signal: aborting.signal,
    started: () => {
      if (state === 'starting') state = 'running'
    },
    onClose: (closer, close) => {
      if (typeof close !== 'function') {
        throw new TypeError(`${name}: closer ${show(closer)} must be a function, got ${show(close)}`)
      }
      const entry = { name: clean(closer), close }
      closers.push(entry)
      return () => void closers.splice(closers.indexOf(entry) >>> 0, 1)
    },
    watch: (check, watched) => checks.add(check, watched),
    handlers: healthHandlers(source),
    shutdown: request => end(readShutdownRequest(name, request)),
  }
}

const isExitCode = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255

function readShutdownRequest(name: string, request: ShutdownRequest): ShutdownRequest {
  const { reason, exitCode } = readOptions(`${name}: shutdown`, request, {
    reason: rule<string>('a string', value => typeof value === 'string'),
    exitCode: rule<number>('an integer from 0 to 255', isExitCode, 0),
  })
  return { reason: clean(reason), exitCode }
}
