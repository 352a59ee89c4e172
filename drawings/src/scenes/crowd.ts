import { seededRandom, virtualClock } from '@holdfast/testing'
import { exponential, retry } from 'holdfast'

export const CLIENTS = 200
export const BIN_MS = 50
export const UNTIL_MS = 3_000

export type CrowdJitter = 'none' | 'equal' | 'full' | 'decorrelated'

/** Calls in each bin of 50 ms, of 200 clients that all failed at the moment 0 and go on failing. */
export async function crowd(jitter: CrowdJitter): Promise<number[]> {
  const clock = virtualClock()
  const startMs = clock.nowMs()
  const random = seededRandom(1)
  const bins = Array.from({ length: UNTIL_MS / BIN_MS }, () => 0)
  const dependency = (): never => {
    const bin = Math.floor((clock.nowMs() - startMs) / BIN_MS)
    bins[bin] = (bins[bin] ?? 0) + 1
    throw new Error('down')
  }
  const answers = Array.from({ length: CLIENTS }, () =>
    retry({ clock, random, maxAttempts: 4, backoff: exponential({ firstMs: 400, jitter }) }).run(dependency),
  )
  await Promise.allSettled([...answers, clock.runAll()])
  return bins.slice(0, UNTIL_MS / BIN_MS)
}
