/** Places values on an axis by their logarithm. */
export interface LogScale {
  readonly at: (value: number) => number
  /** Round values within the ends, not too many. */
  readonly ticks: readonly number[]
  readonly ends: readonly [number, number]
}

/** Reaches from the round value below the smallest to the one above the largest; both are above 0. */
export function logScale(values: readonly number[], [from, to]: readonly [number, number], mostTicks = 12): LogScale {
  const first = roundBelow(Math.min(...values))
  const last = roundAbove(Math.max(...values, 1.5 * first))
  const length = Math.log(last / first)
  const at = (value: number): number => from + ((to - from) * Math.log(value / first)) / length
  const all = steps.map(mantissas => roundValues(mantissas).filter(value => value >= first && value <= last))
  return { at, ticks: all.find(ticks => ticks.length <= mostTicks) ?? [first, last], ends: [first, last] }
}

/** Within a power of ten; the finest first. */
const steps = [[1, 2, 5], [1]] as const

function roundValues(mantissas: readonly number[]): number[] {
  const exponents = Array.from({ length: 25 }, (_, index) => index - 9)
  return exponents.flatMap(exponent => mantissas.map(mantissa => Number(`${mantissa}e${exponent}`)))
}

function roundBelow(value: number): number {
  return roundValues(steps[0]).findLast(round => round <= value) ?? value
}

function roundAbove(value: number): number {
  return roundValues(steps[0]).find(round => round >= value) ?? value
}
