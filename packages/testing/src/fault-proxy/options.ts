import { duration, integer, numeric, oneOf, type Rule, readOptions, rule } from '@holdfast/core/kernel'
import { type Change, DIRECTIONS, type Direction } from './conditions.ts'

interface Directed {
  /** Which direction is meant. Default: both. */
  readonly direction?: Direction | 'both' | undefined
}

/** Options of `delay`. */
export interface DelayOptions extends Directed {
  /** How much later bytes arrive, and ends too, in milliseconds, at least 0. 0 is no delay. */
  readonly delayMs: number
}

/** Options of `throttle`. */
export interface ThrottleOptions extends Directed {
  /** How much gets through, above 0. Infinity is no limit. */
  readonly bytesPerSecond: number
}

/** Options of `silence`. */
export interface SilenceOptions extends Directed {}

/** Options of `cut`. */
export interface CutOptions extends Directed {
  /** `reset`: with an RST. `end`: with a FIN. Default: `reset`. */
  readonly how?: 'reset' | 'end' | undefined
}

/** What becomes of a link: it ends with an RST, or with a FIN, or goes silent. */
export type Ending = 'reset' | 'end' | 'silence'

interface TrapOptions {
  /** Whose bytes are looked at. */
  readonly direction: Direction
  /** What becomes of the link. Default: `reset`. */
  readonly how?: Ending | undefined
  /** How many times it springs, an integer of at least 1, or Infinity. Default: 1. */
  readonly times?: number | undefined
}

/** Options of `cutAfter`. */
export interface CutAfterOptions extends TrapOptions {
  /** How many more bytes get through on a link, an integer of at least 0. */
  readonly bytes: number
}

/** Options of `cutAt`. */
export interface CutAtOptions extends TrapOptions {
  /** The bytes to wait for, in one chunk or in several. A string is UTF-8. */
  readonly match: string | Uint8Array
  /** Where the last byte that gets through is: before them, amid them, or the last of them. Default: `before`. */
  readonly at?: Place | undefined
}

/** Where a link is cut, seen from the bytes that it waits for. */
export type Place = 'before' | 'within' | 'after'

/** A cut as it was read. */
export interface Cut {
  readonly directions: readonly Direction[]
  readonly how: 'reset' | 'end'
}

/** A trap as it was read. */
export interface TrapPlan {
  readonly direction: Direction
  readonly how: Ending
  readonly times: number
  /** What springs it: so many bytes, or these. */
  readonly on: { readonly bytes: number } | { readonly match: Uint8Array; readonly at: Place }
}

const direction = oneOf(['toServer', 'toClient', 'both'], 'both')
const how = oneOf(['reset', 'end'], 'reset')
const isDirection = (value: unknown): boolean => DIRECTIONS.includes(value as Direction)
const trap = {
  direction: { ...rule<Direction>('"toServer" or "toClient"', isDirection), type: 'string' } as Rule<Direction>,
  how: oneOf(['reset', 'end', 'silence'], 'reset'),
  times: integer(1, 1),
}
const isMatch = (value: unknown): boolean =>
  (typeof value === 'string' || value instanceof Uint8Array) && value.length > 0

const directionsOf = (meant: Direction | 'both'): readonly Direction[] => (meant === 'both' ? DIRECTIONS : [meant])

export function readDelay(given: DelayOptions): Change {
  const { delayMs, ...read } = readOptions('faultProxy: delay', given, { delayMs: duration(0), direction })
  return { directions: directionsOf(read.direction), conditions: { delayMs } }
}

export function readThrottle(given: ThrottleOptions): Change {
  const rules = { bytesPerSecond: numeric('a number above 0', value => value > 0), direction }
  const { bytesPerSecond, ...read } = readOptions('faultProxy: throttle', given, rules)
  return { directions: directionsOf(read.direction), conditions: { bytesPerSecond } }
}

export function readSilence(given: SilenceOptions | undefined): Change {
  const read = readOptions('faultProxy: silence', given, { direction })
  return { directions: directionsOf(read.direction), conditions: { isSilent: true } }
}

export function readCut(given: CutOptions | undefined): Cut {
  const read = readOptions('faultProxy: cut', given, { direction, how })
  return { directions: directionsOf(read.direction), how: read.how }
}

export function readCutAfter(given: CutAfterOptions): TrapPlan {
  const { bytes, ...read } = readOptions('faultProxy: cutAfter', given, { bytes: integer(0), ...trap })
  return { ...read, on: { bytes } }
}

export function readCutAt(given: CutAtOptions): TrapPlan {
  const { match, at, ...read } = readOptions('faultProxy: cutAt', given, {
    match: rule<string | Uint8Array>('a string or bytes, and not empty', isMatch),
    at: oneOf(['before', 'within', 'after'], 'before'),
    ...trap,
  })
  return { ...read, on: { match: Uint8Array.from(Buffer.from(match as string)), at } }
}
