import { idempotentCommands, isIdempotentBy } from './idempotent-commands.ts'

/** What is done with a command. */
export interface CommandRule {
  /** Whether it goes straight to the client, without any policy: it changes what the connection is for. */
  readonly isPassedOn: boolean
  /** How long the server itself may keep it waiting, in milliseconds: Infinity for ever, undefined for commands that do not wait. */
  readonly blockMs: number | undefined
  /** Whether doing it twice leaves the same state, and gives the same answer, as once. */
  readonly isIdempotent: boolean
}

/**
 * What is done with a command by default. Case does not matter; arguments are those after the name.
 *
 * @example
 * commandRule('SET', ['lock', 'me', 'NX']).isIdempotent // false: the second answer is another one
 */
export function commandRule(name: string, args: readonly unknown[]): CommandRule {
  const upper = name.toUpperCase()
  return {
    isPassedOn: isPassedOn(upper),
    blockMs: blockMsOf(upper, args),
    isIdempotent: isIdempotentBy(idempotentCommands, upper, args),
  }
}

/** Pub/sub, and what ends or takes over the connection. */
const passedOn: ReadonlySet<string> = new Set([
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'PSUBSCRIBE',
  'PUNSUBSCRIBE',
  'SSUBSCRIBE',
  'SUNSUBSCRIBE',
  'MONITOR',
  'QUIT',
  'RESET',
  'SHUTDOWN',
  'SYNC',
  'PSYNC',
])

/** `name` in upper case. */
export function isPassedOn(name: string): boolean {
  return passedOn.has(name)
}

type Wait = (args: readonly unknown[]) => number | undefined

const seconds =
  (at: number): Wait =>
  args =>
    waitOf(args.at(at), 1_000)

const milliseconds =
  (at: number): Wait =>
  args =>
    waitOf(args.at(at), 1)

const block: Wait = args => {
  const at = args.findIndex(arg => String(arg).toUpperCase() === 'BLOCK')
  return at === -1 ? undefined : waitOf(args[at + 1], 1)
}

const waits: ReadonlyMap<string, Wait> = new Map([
  ...['BLPOP', 'BRPOP', 'BRPOPLPUSH', 'BLMOVE', 'BZPOPMIN', 'BZPOPMAX'].map(name => [name, seconds(-1)] as const),
  ['BLMPOP', seconds(0)],
  ['BZMPOP', seconds(0)],
  ['WAIT', milliseconds(1)],
  ['WAITAOF', milliseconds(2)],
  ['XREAD', block],
  ['XREADGROUP', block],
])

/** How long the server may wait before it answers. `name` in upper case. */
export function blockMsOf(name: string, args: readonly unknown[]): number | undefined {
  return waits.get(name)?.(args)
}

/** The server takes 0 for ever. It refuses what is no number at once. */
function waitOf(arg: unknown, unitMs: number): number | undefined {
  const wait = Number(arg)
  if (Number.isNaN(wait) || wait < 0) return undefined
  return wait === 0 ? Infinity : wait * unitMs
}
