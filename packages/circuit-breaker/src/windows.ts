import { RollingCounts } from '@holdfast/core/kernel'

/** The latest calls, and how many of them count. */
export interface CountWindow {
  /** Adds a call, and lets those go that are too old. */
  add(isCounted: boolean, nowMs: number): void
  /** Calls in the window when the last one was added. */
  readonly calls: number
  /** Those of them that count. */
  readonly counted: number
  clear(): void
}

const SLOTS = 20
const CALLS = 0
const COUNTED = 1

/** The calls of the last `windowMs`. */
export function lastTime(windowMs: number): CountWindow {
  const counts = new RollingCounts(windowMs, SLOTS, 2)
  const window = {
    calls: 0,
    counted: 0,
    add: (isCounted: boolean, nowMs: number) => {
      counts.add(CALLS, nowMs)
      counts.add(COUNTED, nowMs, Number(isCounted))
      window.calls = counts.total(CALLS, nowMs)
      window.counted = counts.total(COUNTED, nowMs)
    },
    clear: () => counts.clear(),
  }
  return window
}

/** The last `size` calls, in a ring that grows with them: a byte for each. */
export function lastCalls(size: number): CountWindow {
  let ring = new Uint8Array(Math.min(size, 64))
  let position = 0
  const window = {
    calls: 0,
    counted: 0,
    add: (isCounted: boolean) => {
      if (position === ring.length) ring = grown(ring, Math.min(size, position * 2))
      if (window.calls < size) window.calls++
      else window.counted -= ring[position] as number
      ring[position] = Number(isCounted)
      window.counted += Number(isCounted)
      position = (position + 1) % size
    },
    clear: () => {
      window.calls = window.counted = position = 0
    },
  }
  return window
}

function grown(ring: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length)
  larger.set(ring)
  return larger
}
