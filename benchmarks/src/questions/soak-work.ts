import { setTimeout as wait } from 'node:timers/promises'
import { FRESH } from '../subjects/job.ts'

/** With the value, with that of the fallback, or with a rejection. */
export type Ending = 'fresh' | 'stale' | 'aborted'

/** What a call can meet. */
export type Kind = (typeof kindNames)[number]

export const kindNames = [
  'failing once',
  'failing always',
  'hanging once',
  'ending late',
  'aborted at work',
  'aborted while waiting',
  'fine',
] as const

/** What one attempt may take. */
export const LIMIT_MS = 2
const LATE_MS = 10
export const BACKOFF_MS = 1
/** Longer than the soak: the timer of a wait that was given up and forgotten would still be there at the end. */
const LONG_BACKOFF_MS = 3_600_000

const SEED = 4
/** Of all calls, for each kind but `fine`: 1 % fail, 1 % meet the limit, 1 % are aborted. */
const SHARE = 0.005

/** What the call of this number meets: spread evenly, and the same in every run. */
export function kindOf(number: number): Kind {
  // Fibonacci hashing.
  const spread = (Math.imul(number + SEED, 0x9e3779b1) >>> 0) / 2 ** 32
  return kindNames[Math.floor(spread / SHARE)] ?? 'fine'
}

export function isAborted(kind: Kind): boolean {
  return kind === 'aborted at work' || kind === 'aborted while waiting'
}

/** How a call ends that nobody aborts. */
export function endingOf(kind: Kind): Ending {
  return kind === 'failing always' || kind === 'ending late' ? 'stale' : 'fresh'
}

const down = new Error('down')
const downForLong = new Error('down for long')

export function backoffMs({ error }: { readonly error: unknown }): number {
  return error === downForLong ? LONG_BACKOFF_MS : BACKOFF_MS
}

interface Attempt {
  readonly signal: AbortSignal
}

/** What attempts do, counted from 1. Work that ends late goes on when its signal has aborted. */
export const attempts: Readonly<Record<Kind, (attempt: number, call: Attempt) => Promise<number>>> = {
  'failing once': attempt => (attempt === 1 ? Promise.reject(down) : answered),
  'failing always': () => Promise.reject(down),
  'hanging once': (attempt, call) => (attempt === 1 ? hang(call) : answered),
  'ending late': (_, call) => hang(call).catch(() => wait(LATE_MS, FRESH)),
  'aborted at work': (_, call) => hang(call),
  'aborted while waiting': () => Promise.reject(downForLong),
  fine: async () => FRESH,
}

const answered = Promise.resolve(FRESH)

function hang({ signal }: Attempt): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
