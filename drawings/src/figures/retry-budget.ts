import { retryLoad, SECONDS } from '../scenes/retry-load.ts'
import { chart, type Point, sampleOf } from '../svg/chart.ts'
import type { Drawing } from '../svg/drawing.ts'

const kept = { shape: 'steps', kind: 'own' } as const
const free = { shape: 'steps', kind: 'other' } as const

export async function retryBudgetDrawing(): Promise<Drawing> {
  const withBudget = await retryLoad(true)
  const without = await retryLoad(false)
  const most = Math.max(...withBudget)
  return chart({
    title: 'The load of an outage, with a budget and without',
    description: `A service makes 100 calls a second, and the dependency is down from second 3 to second 9. Without a budget three attempts a call reach it, up to ${Math.max(...without)} a second. With the budget, after the retries that the healthy time had earned, it is ${withBudget.at(7)} a second, and ${most} at most.`,
    x: { until: SECONDS, step: 3, text: second => `${second} s` },
    y: { until: 300, step: 100, text: String },
    height: 120,
    panels: [
      {
        heading: 'Calls that reach the dependency, per second',
        note: 'It is down from 3 s to 9 s.',
        series: [
          { ...free, points: bySecond(without) },
          { ...kept, points: bySecond(withBudget) },
        ],
      },
    ],
    legend: [
      { text: 'without a budget', sample: sampleOf(free) },
      { text: 'with the default budget', sample: sampleOf(kept) },
    ],
  })
}

/** The last one lasts as long as the others. */
function bySecond(load: readonly number[]): Point[] {
  return [...load.map((calls, second): Point => [second, calls]), [load.length, load.at(-1) ?? 0]]
}
