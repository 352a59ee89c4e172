/** Leads a value to its place on the paper. */
export type Scale = (value: number) => number

/** `from` is drawn at `at`, `to` at `until`, and what lies between in proportion. */
export function scale([from, to]: readonly [number, number], [at, until]: readonly [number, number]): Scale {
  return value => at + ((value - from) / (to - from)) * (until - at)
}

/** 0, `step`, 2 × `step` … up to `last`. */
export function ticks(step: number, last: number): number[] {
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step)
}

/** In milliseconds below a second, else in seconds. */
export function timeText(ms: number): string {
  return ms > 0 && ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`
}
