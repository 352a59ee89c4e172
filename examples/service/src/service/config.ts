/** What the service is told by its environment. Times are in milliseconds. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly metricsPort: number
  readonly databaseUrl: string
  readonly databaseConnections: number
  readonly supplierUrl: string
  /** Requests at once, and of those that wait for a place. */
  readonly maxConcurrent: number
  readonly maxQueued: number
  /** How late the event loop may be before requests are turned away. */
  readonly maxLagMs: number
  readonly drainDelayMs: number
  readonly graceMs: number
  readonly closeMs: number
  readonly logLevel: string
  /** The share of requests that are traced, from 0 to 1. */
  readonly traceRatio: number
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment makes no sense. The message names every variable that is wrong, so that one restart mends them all. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent']

/** Throws a `ConfigError`. Values are not in its message: one of them holds a password. */
export function readConfig(env: Environment): Config {
  const problems: string[] = []

  const read = <T>(name: string, expected: string, parse: (text: string) => T | undefined, byDefault?: T): T => {
    const text = env[name]
    const value = text === undefined || text === '' ? byDefault : parse(text)
    if (value === undefined) problems.push(`${name} must be ${expected}`)
    return value as T
  }
  const integer = (name: string, from: number, to: number, byDefault: number): number =>
    read(name, `an integer from ${from} to ${to}`, text => numberIn(text, /^\d{1,9}$/, from, to), byDefault)
  const url = (name: string, protocols: readonly string[]): string =>
    read(name, `a URL that begins with ${protocols.join(' or ')}`, text =>
      URL.canParse(text) && protocols.includes(`${new URL(text).protocol}//`) ? text : undefined,
    )

  const config: Config = {
    host: read('HOST', 'an address', text => text, '0.0.0.0'),
    port: integer('PORT', 0, 65_535, 8_080),
    metricsPort: integer('METRICS_PORT', 0, 65_535, 9_464),
    databaseUrl: url('DATABASE_URL', ['postgres://', 'postgresql://']),
    databaseConnections: integer('DATABASE_CONNECTIONS', 1, 1_000, 10),
    supplierUrl: url('SUPPLIER_URL', ['http://', 'https://']),
    maxConcurrent: integer('MAX_CONCURRENT', 1, 10_000, 100),
    maxQueued: integer('MAX_QUEUED', 0, 10_000, 100),
    maxLagMs: integer('MAX_LAG_MS', 1, 60_000, 500),
    drainDelayMs: integer('DRAIN_DELAY_MS', 0, 600_000, 5_000),
    graceMs: integer('GRACE_MS', 1, 600_000, 20_000),
    closeMs: integer('CLOSE_MS', 1, 600_000, 4_000),
    logLevel: read('LOG_LEVEL', LOG_LEVELS.join(', '), text => LOG_LEVELS.find(level => level === text), 'info'),
    traceRatio: read('TRACE_RATIO', 'a number from 0 to 1', text => numberIn(text, /^[\d.]{1,9}$/, 0, 1), 0),
  }
  if (problems.length > 0) throw new ConfigError(`the environment makes no sense: ${problems.join('; ')}`)
  return config
}

function numberIn(text: string, form: RegExp, from: number, to: number): number | undefined {
  const value = form.test(text) ? Number(text) : Number.NaN
  return value >= from && value <= to ? value : undefined
}
