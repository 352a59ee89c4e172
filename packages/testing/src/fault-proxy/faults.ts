import type {
  CutAfterOptions,
  CutAtOptions,
  CutOptions,
  DelayOptions,
  SilenceOptions,
  ThrottleOptions,
} from './options.ts'

/** What can be done to links. Without a `direction`, both directions are meant. */
export interface Faults {
  /**
   * Ends what is open, now. With a `direction` only the side that it leads to is told, and the other waits for ever: it
   * is half-open. What was on its way is lost.
   */
  readonly cut: (options?: CutOptions) => void
  /** Everything arrives later, in the same order, from now on. At most 1 MiB is on its way. */
  readonly delay: (options: DelayOptions) => void
  /** Bytes trickle at this speed, from now on. */
  readonly throttle: (options: ThrottleOptions) => void
  /**
   * Nothing gets through from now on, and nobody is told, not even that the other has closed. What was sent meanwhile
   * comes through after `heal`.
   */
  readonly silence: (options?: SilenceOptions) => void
  /**
   * Cuts the link exactly after so many more bytes of one direction. It holds both directions from then on, and cuts
   * when the network has the last byte. A reset makes a peer lose what it has not read by then; an `end` does not.
   *
   * @example
   * const trap = proxy.cutAfter({ bytes: 100, direction: 'toClient' })
   */
  readonly cutAfter: (options: CutAfterOptions) => Trap
  /**
   * Cuts the link where these bytes come, `before` them, `within` or `after`; otherwise like `cutAfter`. Bytes that came
   * in an earlier chunk got through already, but they never do as a whole, unless `after` is meant.
   *
   * @example
   * const trap = proxy.cutAt({ match: 'COMMIT', direction: 'toClient' })
   */
  readonly cutAt: (options: CutAtOptions) => Trap
}

/** A connection of a client and the one to the server that belongs to it. What is done to it concerns no other. */
export interface FaultyLink extends Faults {
  /** Counted from 1 in the order in which clients connected. */
  readonly id: number
  /** True until both sides are closed. */
  readonly isOpen: boolean
  /** How many bytes of the client got through. */
  readonly bytesToServer: number
  /** How many bytes of the server got through. */
  readonly bytesToClient: number
  /** Ends delay, throttle and silence, and disarms the traps of this link. What is cut stays so. */
  readonly heal: () => void
}

/** A fault that waits for its moment. */
export interface Trap {
  /** Resolves with the link on which it springs first, once that is done. Pending for ever if it never springs. */
  readonly sprung: Promise<FaultyLink>
  /** How many times it has sprung. */
  readonly count: number
  /** It springs no more. */
  readonly disarm: () => void
}
