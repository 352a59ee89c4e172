import { isUnwantedPromise } from './promises.ts'

/** A draw from 0 to 1, whatever `random` says: NaN counts as 1. */
export function draw(random: () => number): number {
  const drawn = random()
  isUnwantedPromise(drawn)
  const share = Math.min(1, Math.max(0, drawn))
  return Number.isNaN(share) ? 1 : share
}
