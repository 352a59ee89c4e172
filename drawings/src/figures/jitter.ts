import { BIN_MS, CLIENTS, type CrowdJitter, crowd, UNTIL_MS } from '../scenes/crowd.ts'
import { type ChartPanel, chart } from '../svg/chart.ts'
import type { Drawing } from '../svg/drawing.ts'
import { timeText } from '../svg/scale.ts'

const notes: Record<CrowdJitter, string> = {
  none: 'They come back together, each time.',
  equal: 'Between half of the wait and all of it.',
  full: 'Between nothing and all of it: the default.',
  decorrelated: 'By the wait before.',
}

export async function jitterDrawing(): Promise<Drawing> {
  const panels: ChartPanel[] = []
  for (const jitter of ['none', 'equal', 'full', 'decorrelated'] as const) {
    const bins = await crowd(jitter)
    const most = Math.max(...bins.slice(1))
    panels.push({
      heading: `jitter: '${jitter}'`,
      note: `${notes[jitter]} At most ${most} in 50 ms.`,
      series: [{ shape: 'bars', kind: 'own', width: BIN_MS, points: bins.map((calls, bin) => [bin * BIN_MS, calls]) }],
    })
  }
  return chart({
    title: '200 clients that failed at the same moment',
    description: `Calls in each 50 ms, of ${CLIENTS} clients whose first call failed at the moment 0, with waits of up to 400, 800 and 1600 ms. ${panels.map(({ heading, note }) => `${heading} ${note}`).join(' ')}`,
    x: { until: UNTIL_MS, step: 500, text: timeText },
    y: { until: CLIENTS * 1.15, step: 100, text: String },
    height: 70,
    panels,
  })
}
