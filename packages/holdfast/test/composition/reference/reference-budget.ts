/** Grants a share of the calls, and a few besides. The plans are too short for any of it to expire. */
export class ReferenceBudget {
  calls = 0
  private retries = 0
  private readonly ratio: number
  private readonly minPerSecond: number

  constructor({ ratio, minPerSecond }: { readonly ratio: number; readonly minPerSecond: number }) {
    this.ratio = ratio
    this.minPerSecond = minPerSecond
  }

  withdraw(): boolean {
    if (this.retries + 1 > this.ratio * this.calls + this.minPerSecond * 10) return false
    this.retries++
    return true
  }
}
