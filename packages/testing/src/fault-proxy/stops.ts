/** A place in a stream where its lane stops until it is released. */
export interface Stop {
  /** How many bytes of the stream come before it. */
  readonly offset: number
  readonly isWanted: () => boolean
  readonly reached: () => void
}

/** The stops ahead. */
export class Stops {
  #stops: Stop[] = []

  add(stop: Stop): void {
    this.#stops.push(stop)
  }

  clear(): void {
    this.#stops = []
  }

  /** How many bytes may pass until the next one; Infinity where there is none. */
  distanceFrom(passed: number): number {
    return Math.min(Infinity, ...this.#stops.map(({ offset }) => offset - passed))
  }

  /** Takes one that is reached, if there is any. */
  takeAt(passed: number): Stop | undefined {
    this.#stops = this.#stops.filter(({ isWanted }) => isWanted())
    const stop = this.#stops.find(({ offset }) => offset <= passed)
    this.#stops = this.#stops.filter(other => other !== stop)
    return stop
  }
}
