import { backoffs } from '../scenes/backoffs.ts'
import { chart, type Point, type Series, sampleOf } from '../svg/chart.ts'
import type { Drawing } from '../svg/drawing.ts'
import { timeText } from '../svg/scale.ts'

const curve = { shape: 'line', kind: 'other' } as const
const lots = { shape: 'dots', kind: 'own' } as const

export async function backoffCurvesDrawing(): Promise<Drawing> {
  const all = await backoffs()
  const notes = [
    'Twice as long each time, up to the cap of 5 s.',
    'Half a second longer each time.',
    'The same each time.',
    'As listed, then the last one again and again.',
    'By the wait before: it follows the lots that were drawn.',
  ]
  return chart({
    title: 'How long a retry waits',
    description:
      'The first nine waits of each backoff. Lines are waits without jitter: exponential doubles from 100 ms to a cap of 5 s, linear grows by half a second, constant stays at 2 s, sequence goes through 500 ms, 1 s and 3 s and stays there. Dots are the waits of twelve calls with full jitter, which lie anywhere between 0 and the line; those of decorrelated jitter spread more and more, up to the cap.',
    x: { from: 1, until: 9, step: 1, text: attempt => `${attempt}` },
    y: { until: 5_000, step: 2_500, text: timeText },
    height: 84,
    panels: all.map(({ name, curve: line, drawn }, index) => ({
      heading: name,
      note: notes[index] ?? '',
      series: [
        ...drawn.map((waits): Series => ({ ...lots, points: byAttempt(waits) })),
        ...(line === undefined ? [] : [{ ...curve, points: byAttempt(line) }]),
      ],
    })),
    legend: [
      { text: 'without jitter', sample: sampleOf(curve) },
      { text: '12 calls, with it', sample: sampleOf(lots) },
    ],
  })
}

const byAttempt = (waits: readonly number[]): Point[] => waits.map((ms, index) => [index + 1, ms])
