import { type Backoff, constant, exponential, type Jitter, linear, sequence } from '@holdfast/retry'

/** All that a backoff is made of: whole milliseconds and factors, so that no sum and no power is ever rounded. */
export interface Recipe {
  readonly kind: 'constant' | 'linear' | 'exponential' | 'sequence'
  readonly firstMs: number
  readonly stepMs: number
  readonly factor: number
  readonly maxMs: number
  readonly list: readonly [number, ...number[]]
}

export function backoffOf({ kind, firstMs, stepMs, factor, maxMs, list }: Recipe, jitter: Jitter): Backoff {
  if (kind === 'constant') return constant({ delayMs: firstMs, jitter })
  if (kind === 'linear') return linear({ firstMs, stepMs, maxMs, jitter })
  if (kind === 'exponential') return exponential({ firstMs, factor, maxMs, jitter })
  return sequence(list, { jitter })
}

/** The wait without jitter, by the school's formula, in integers of any size. */
export function plainWait({ kind, firstMs, stepMs, factor, maxMs, list }: Recipe, attempt: number): number {
  const least = (a: bigint, b: number): number => (a < BigInt(b) ? Number(a) : b)
  const before = BigInt(attempt - 1)
  if (kind === 'constant') return firstMs
  if (kind === 'linear') return least(BigInt(firstMs) + BigInt(stepMs) * before, maxMs)
  if (kind === 'exponential') return least(BigInt(firstMs) * BigInt(factor) ** before, maxMs)
  return list[attempt - 1] ?? (list.at(-1) as number)
}

/** The longest that a backoff ever waits. */
export function capOf({ kind, firstMs, maxMs, list }: Recipe): number {
  if (kind === 'constant') return firstMs
  return kind === 'sequence' ? Math.max(...list) : maxMs
}
