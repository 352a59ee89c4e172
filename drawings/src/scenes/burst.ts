import { virtualClock } from '@holdfast/testing'
import { bulkhead } from 'holdfast'

export const UNTIL_MS = 1_200
export const BIN_MS = 20

export interface Burst {
  readonly running: readonly (readonly [ms: number, calls: number])[]
  readonly queued: readonly (readonly [ms: number, calls: number])[]
  /** Refused because the queue was full, in each bin. */
  readonly full: readonly number[]
  /** Refused because they had waited for too long, in each bin. */
  readonly late: readonly number[]
  readonly served: number
}

/** 5 slots, 10 places to wait in for up to 150 ms. Calls of 100 ms: one each 40 ms, and 40 more between 200 and 400 ms. */
export async function burst(): Promise<Burst> {
  const clock = virtualClock()
  const startMs = clock.nowMs()
  const nowMs = (): number => clock.nowMs() - startMs
  const slots = bulkhead({ maxConcurrent: 5, maxQueued: 10, maxWaitMs: 150, clock })
  const bins = { full: emptyBins(), late: emptyBins() }
  let served = 0
  slots.subscribe(event => {
    if (event.type !== 'bulkhead.rejected') return
    const bin = Math.floor(nowMs() / BIN_MS)
    const refused = event.reason === 'full' ? bins.full : bins.late
    refused[bin] = (refused[bin] ?? 0) + 1
  })
  const work = async (): Promise<void> => {
    await new Promise<void>(resolve => {
      clock.setTimeout(resolve, 100)
    })
    served += 1
  }

  const running: [number, number][] = []
  const queued: [number, number][] = []
  for (let ms = 0; ms < UNTIL_MS; ms += 5) {
    const isBurst = ms >= 200 && ms < 400
    if (ms % 40 === 0 || isBurst) slots.run(work).catch(() => {})
    running.push([ms, slots.active])
    queued.push([ms, slots.queued])
    await clock.advance(5)
  }
  return { running, queued, ...bins, served }
}

function emptyBins(): number[] {
  return Array.from({ length: UNTIL_MS / BIN_MS }, () => 0)
}
