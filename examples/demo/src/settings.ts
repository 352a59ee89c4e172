import { parseArgs } from 'node:util'

export interface Settings {
  /** Decides the fate of each request, and the jitter. */
  readonly seed: number
  /** How long the demo takes. */
  readonly seconds: number
  readonly isHelpWanted: boolean
}

export const usage = `Usage: npm run demo -- [options]

  --seed <integer>     the same seed, the same failures (default 1)
  --seconds <number>   how long it takes, 3 to 600 (default 20,
                       or HOLDFAST_DEMO_SECONDS)
  --help

NO_COLOR turns colours off.`

/** Throws an `Error` for what it does not understand. */
export function readSettings(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string' }, seconds: { type: 'string' }, help: { type: 'boolean', default: false } },
  })
  const seed = Number(values.seed ?? 1)
  const seconds = Number(values.seconds ?? (env['HOLDFAST_DEMO_SECONDS'] || 20))
  if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed must be an integer, got ${values.seed}`)
  if (!(seconds >= 3 && seconds <= 600)) throw new RangeError(`the demo takes 3 to 600 seconds, got ${seconds}`)
  return { seed, seconds, isHelpWanted: values.help }
}
