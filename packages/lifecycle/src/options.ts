import { constants } from 'node:os'
import type { Clock } from '@holdfast/core'
import { clockRule, duration, limit, optionalFunction, type Rule, readOptions, rule } from '@holdfast/core/kernel'
import { consoleLogger, type Logger } from './audit.ts'
import type { Check } from './checks.ts'
import type { Closable } from './draining-server.ts'

/** Options of `lifecycle`. */
export interface LifecycleOptions {
  /** Who speaks in log lines and errors. Default `service`. */
  readonly name?: string | undefined
  /** What serves: of node:http, https or http2, one or several. Default: none. */
  readonly server?: Closable | readonly Closable[] | undefined
  /** What begins the shutdown; none for `[]`. Default `SIGTERM` and `SIGINT`. */
  readonly signals?: readonly NodeJS.Signals[] | undefined
  /** Whether an uncaught error, or a rejection that nobody handles, begins it too. Default true. */
  readonly uncaughtErrors?: boolean | undefined
  /**
   * How long balancers get to see that readiness fails, in milliseconds, at least 0: requests are served as ever. Without
   * a server, or before `started()`, nobody is waited for. Default 5 000.
   */
  readonly drainDelayMs?: number | undefined
  /** How long requests and calls may take to end from then on, in milliseconds, at least 0. Default 20 000. */
  readonly graceMs?: number | undefined
  /** How long all closers and `flush` may take together, in milliseconds above 0. Default 4 000. */
  readonly closeMs?: number | undefined
  /** What readiness looks at, by name. Default: nothing but what it discovers. */
  readonly checks?: Readonly<Record<string, Check>> | undefined
  /** How old the result of a check may be, in milliseconds above 0. Default 5 000. */
  readonly checkIntervalMs?: number | undefined
  /** How long a check may take, in milliseconds above 0: less than the probe waits. Default 500. */
  readonly checkTimeoutMs?: number | undefined
  /** Whether all circuit breakers of the process are told of, as degrading. Default true. */
  readonly discover?: boolean | undefined
  /** Whether readiness names what it looks at. Default true. */
  readonly details?: boolean | undefined
  /** Whether calls through policies are waited for. It makes each call tell observers. Default true. */
  readonly trackCalls?: boolean | undefined
  /** Sends what telemetry still holds; the last thing that is done. */
  readonly flush?: (() => unknown) | undefined
  /** Where audit lines go: pino, or anything else that takes an object and a message. Default: JSON on the console. */
  readonly logger?: Logger | undefined
  /** Ends the process. Default `process.exit`. */
  readonly exit?: ((code: number) => unknown) | undefined
  /** Where time comes from. Default: the clock of the platform. */
  readonly clock?: Clock | undefined
}

const flag = (fallback: boolean): Rule<boolean> => rule('true or false', value => typeof value === 'boolean', fallback)

const has =
  (...methods: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    methods.every(method => typeof (value as Record<string, unknown>)[method] === 'function')

const isServer = has('close')

/** Node takes any other name for that of an event, which never comes. */
const isSignal = (name: unknown): boolean =>
  Object.keys(constants.signals).includes(String(name)) && name !== 'SIGKILL' && name !== 'SIGSTOP'

const isSignals = (value: unknown): boolean => Array.isArray(value) && value.every(isSignal)

/** The options, with all defaults in place. */
export type Settings = Pick<LifecycleOptions, 'flush' | 'exit'> & {
  readonly [Option in Exclude<keyof LifecycleOptions, 'flush' | 'exit'>]-?: Exclude<LifecycleOptions[Option], undefined>
}

const rules: { readonly [Option in keyof Settings]-?: Rule<Settings[Option]> } = {
  name: rule<string>('a string that is not empty', value => typeof value === 'string' && value !== '', 'service'),
  server: rule<Closable | readonly Closable[]>(
    'a server, or a list of them',
    value => (Array.isArray(value) ? value.every(isServer) : isServer(value)),
    [],
  ),
  signals: rule<readonly NodeJS.Signals[]>('a list of names of signals that can be listened to', isSignals, [
    'SIGTERM',
    'SIGINT',
  ]),
  uncaughtErrors: flag(true),
  drainDelayMs: duration(0, 5_000),
  graceMs: duration(0, 20_000),
  closeMs: limit(4_000),
  checks: rule<Readonly<Record<string, Check>>>('an object with checks', isObject, {}),
  checkIntervalMs: limit(5_000),
  checkTimeoutMs: limit(500),
  discover: flag(true),
  details: flag(true),
  trackCalls: flag(true),
  flush: optionalFunction<() => unknown>(),
  logger: rule<Logger>('a logger with info, warn and error', has('info', 'warn', 'error'), consoleLogger),
  exit: optionalFunction<(code: number) => unknown>(),
  clock: clockRule(),
}

export function readLifecycleOptions(options: LifecycleOptions | undefined): Settings {
  return readOptions('lifecycle', options, rules)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
