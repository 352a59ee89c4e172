import { orderBulkheadRetry } from '../scenes/order-bulkhead-retry.ts'
import type { Stage } from '../stage.ts'
import type { Drawing } from '../svg/drawing.ts'
import { type Lane, type Span, timeline } from '../svg/timeline.ts'

export async function orderBulkheadRetryDrawing(): Promise<Drawing> {
  const { inside, outside } = await orderBulkheadRetry()
  return timeline({
    title: 'Bulkhead inside or outside the retry',
    description:
      'There is one slot. The first call fails, waits 400 ms and then answers; the second one comes after 50 ms. With the bulkhead inside the retry, the slot is free while the first call waits: the second call has its answer after 250 ms. With the bulkhead outside, the first call keeps the slot through its wait, and the second one has its answer after 800 ms.',
    untilMs: 900,
    tickMs: 200,
    panels: [
      {
        heading: 'retry, bulkhead(1)',
        note: 'The slot is free while the first call waits.',
        lanes: lanesOf(inside),
      },
      {
        heading: 'bulkhead(1), retry',
        note: 'The first call keeps the slot through its wait.',
        lanes: lanesOf(outside),
      },
    ],
    legend: [
      ['answered', 'answered'],
      ['failed', 'failed'],
      ['waiting', 'wait of the retry'],
      ['unwanted', 'waits for the slot'],
    ],
  })
}

/** A lane for each caller. */
function lanesOf({ attempts, waits, answers }: Stage): Lane[] {
  return answers
    .toSorted((one, other) => one.fromMs - other.fromMs)
    .map(({ caller, fromMs }) => {
      const own = attempts.filter(attempt => attempt.caller === caller)
      const [first] = own
      const queued: Span[] =
        first === undefined || first.fromMs === fromMs ? [] : [{ kind: 'unwanted', fromMs, toMs: first.fromMs }]
      const works: Span[] = own.map(({ outcome, ...span }) => ({ kind: outcome, fromMs: span.fromMs, toMs: span.toMs }))
      const pauses: Span[] = waits
        .filter(wait => wait.caller === caller)
        .map(wait => ({ kind: 'waiting', fromMs: wait.fromMs, toMs: wait.toMs }))
      return { name: caller, spans: [...queued, ...works, ...pauses] }
    })
}
