/** `12.4 s` */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

/** `28 ms` below a second, then `1.2 s`. */
export function latency(ms: number): string {
  return ms < 999.5 ? `${Math.round(ms)} ms` : seconds(ms)
}

/** `63 %`, and never 0 or 100 for what is not. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '0 %'
  const share = (100 * part) / whole
  if (share > 0 && share < 1) return '<1 %'
  if (share > 99 && share < 100) return '>99 %'
  return `${Math.round(share)} %`
}
