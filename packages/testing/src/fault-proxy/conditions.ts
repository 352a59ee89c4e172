/** Where bytes are going. */
export type Direction = 'toServer' | 'toClient'

export const DIRECTIONS: readonly Direction[] = ['toServer', 'toClient']

/** What bytes of one direction meet on their way. */
export interface Conditions {
  readonly delayMs: number
  readonly bytesPerSecond: number
  /** Nothing gets through, and nobody is told. */
  readonly isSilent: boolean
}

export const HEALTHY: Conditions = { delayMs: 0, bytesPerSecond: Infinity, isSilent: false }

/** What changes, and in which directions. */
export interface Change {
  readonly directions: readonly Direction[]
  readonly conditions: Partial<Conditions>
}

export const HEALED: Change = { directions: DIRECTIONS, conditions: HEALTHY }
