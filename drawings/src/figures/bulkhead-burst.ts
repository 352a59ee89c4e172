import { BIN_MS, burst, UNTIL_MS } from '../scenes/burst.ts'
import { chart, type Point } from '../svg/chart.ts'
import type { Drawing } from '../svg/drawing.ts'
import { timeText } from '../svg/scale.ts'

export async function bulkheadBurstDrawing(): Promise<Drawing> {
  const { running, queued, full, late, served } = await burst()
  const sum = (bins: readonly number[]): number => bins.reduce((total, calls) => total + calls, 0)
  return chart({
    title: 'A bulkhead under a burst',
    description: `Five slots, ten places to wait in for up to 150 ms, and calls of 100 ms: one each 40 ms, and from 200 ms to 400 ms one each 5 ms. The slots fill, then the queue, and what comes then is refused at once: ${sum(full)} calls. ${sum(late)} more are refused after they have waited for 150 ms. ${served} are served, and never more than five at once.`,
    x: { until: UNTIL_MS, step: 200, text: timeText },
    y: { until: 10, step: 5, text: String },
    height: 64,
    panels: [
      {
        heading: 'running',
        note: 'maxConcurrent: 5',
        series: [{ shape: 'steps', kind: 'own', points: running }],
      },
      {
        heading: 'waiting',
        note: 'maxQueued: 10, in the order in which they came.',
        series: [{ shape: 'steps', kind: 'own', points: queued }],
      },
      {
        heading: 'refused at once',
        note: `The queue is full. Calls in each ${BIN_MS} ms.`,
        series: [{ shape: 'bars', kind: 'other', width: BIN_MS, points: byTime(full) }],
      },
      {
        heading: 'refused after waiting',
        note: `maxWaitMs: 150. Calls in each ${BIN_MS} ms.`,
        series: [{ shape: 'bars', kind: 'other', width: BIN_MS, points: byTime(late) }],
      },
    ],
  })
}

const byTime = (bins: readonly number[]): Point[] => bins.map((calls, bin) => [bin * BIN_MS, calls])
