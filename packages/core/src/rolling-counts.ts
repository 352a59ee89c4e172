/**
 * Counts of the last `windowMs`, in a ring of slots: O(1) in time and memory, whatever the rate. What is older than the
 * window never counts; the oldest slot leaves as a whole, so up to one slot's time of what is younger may not count.
 *
 * A clock that goes backwards re-bases the window: what was counted stays, and ages from the new time on. The way back
 * is no time that passes: a clock that goes to and fro does not make the window roll.
 */
export class RollingCounts {
  private readonly windowMs: number
  private readonly slots: number
  private readonly kinds: number
  /** The counts of all slots, kind by kind. */
  private readonly ring: Float64Array
  private readonly totals: Float64Array
  private slotNumber = Number.NEGATIVE_INFINITY
  private latestMs = Number.NEGATIVE_INFINITY
  /** By how much the clock has gone backwards, in all. */
  private wentBackMs = 0
  private position = 0

  /** `kinds` things are counted side by side, over `windowMs`, in steps of `windowMs / slots`. */
  constructor(windowMs: number, slots: number, kinds: number) {
    this.windowMs = windowMs
    this.slots = slots
    this.kinds = kinds
    this.ring = new Float64Array(slots * kinds)
    this.totals = new Float64Array(kinds)
  }

  /** Counts `amount` of a kind, from 0, as of `nowMs`. */
  add(kind: number, nowMs: number, amount = 1): void {
    this.expire(nowMs)
    const place = this.position * this.kinds + kind
    this.ring[place] = (this.ring[place] as number) + amount
    this.totals[kind] = (this.totals[kind] as number) + amount
  }

  /** How many of a kind the window holds at `nowMs`. */
  total(kind: number, nowMs: number): number {
    this.expire(nowMs)
    return this.totals[kind] as number
  }

  /** Forgets all counts. */
  clear(): void {
    this.ring.fill(0)
    this.totals.fill(0)
  }

  private expire(nowMs: number): void {
    this.wentBackMs += Math.max(0, this.latestMs - nowMs)
    this.latestMs = nowMs
    // In this order it is exact for whole milliseconds, also where the time of a slot is none.
    const slotNumber = Math.floor(((nowMs + this.wentBackMs) * this.slots) / this.windowMs)
    const steps = slotNumber - this.slotNumber
    // The sum may be rounded to just below the edge of a slot.
    this.slotNumber = Math.max(this.slotNumber, slotNumber)
    for (let step = Math.min(steps, this.slots); step > 0; step--) this.dropOldest()
  }

  private dropOldest(): void {
    this.position = (this.position + 1) % this.slots
    for (let kind = 0; kind < this.kinds; kind++) {
      const place = this.position * this.kinds + kind
      this.totals[kind] = (this.totals[kind] as number) - (this.ring[place] as number)
      this.ring[place] = 0
    }
  }
}
