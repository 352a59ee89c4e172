import { callGuarded, draw, isUnlimited, isUnwantedPromise, show } from '@holdfast/core/kernel'
import type { CircuitSettings } from './options.ts'

/** How long a circuit stays open, in milliseconds, whose `openMs` function fails. */
const DEFAULT_OPEN_MS = 5_000

/** How long a circuit is open at most after so many trips, in milliseconds, without the jitter. */
export function longestOpenMs({ openMs, name }: CircuitSettings, trips: number): number {
  if (typeof openMs === 'number') return openMs
  let said = DEFAULT_OPEN_MS
  callGuarded(`openMs of ${name}`, () => {
    const ms: unknown = openMs({ trips })
    if (isUnwantedPromise(ms) || typeof ms !== 'number' || !(ms >= 0)) {
      throw new TypeError(`it must return milliseconds, at least 0, got ${show(ms)}`)
    }
    said = ms
  })
  return said
}

/** How long it is open this time. The jitter is equal: half of the time is certain, the other half is drawn. */
export function drawOpenMs(settings: CircuitSettings, trips: number): number {
  const longestMs = longestOpenMs(settings, trips)
  let share = 1
  callGuarded(`random of ${settings.name}`, () => {
    share = (1 + draw(settings.random)) / 2
  })
  return isUnlimited(longestMs) ? Infinity : longestMs * share
}
