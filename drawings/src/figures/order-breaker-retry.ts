import { type BrokenCalls, orderBreakerRetry } from '../scenes/order-breaker-retry.ts'
import type { Drawing } from '../svg/drawing.ts'
import { type Lane, timeline } from '../svg/timeline.ts'

export async function orderBreakerRetryDrawing(): Promise<Drawing> {
  const { inside, outside } = await orderBreakerRetry()
  return timeline({
    title: 'Circuit breaker inside or outside the retry',
    description:
      'A dependency is down, and a call comes every 400 ms. The circuit opens after three failures in a row. Inside the retry, the breaker sees each attempt: the circuit opens during the first call, after three attempts, and no later call reaches the dependency. Outside the retry, it sees one failure for each call: it opens at the end of the third call, after nine attempts.',
    untilMs: 2_000,
    tickMs: 500,
    panels: [
      {
        heading: 'retry(3), circuitBreaker',
        note: 'It sees each attempt: open after 3 of them.',
        lanes: lanesOf(inside),
      },
      {
        heading: 'circuitBreaker, retry(3)',
        note: 'It sees each call: open after 9 attempts.',
        lanes: lanesOf(outside),
      },
    ],
    legend: [
      ['cross', 'attempt that failed'],
      ['dash', 'call that failed'],
      ['closed', 'circuit closed'],
      ['open', 'circuit open'],
    ],
  })
}

function lanesOf({ scene, phases }: BrokenCalls): Lane[] {
  return [
    { name: 'attempts', marks: scene.attempts.map(({ toMs }) => ({ shape: 'cross', kind: 'glyph-bad', atMs: toMs })) },
    {
      name: 'circuit',
      spans: phases.map(({ state, fromMs, toMs }) => ({ kind: kindOf(state), fromMs, toMs, text: state })),
    },
    { name: 'callers', marks: scene.answers.map(({ toMs }) => ({ shape: 'dash', kind: 'glyph', atMs: toMs })) },
  ]
}

function kindOf(state: string): 'closed' | 'open' {
  return state === 'closed' ? 'closed' : 'open'
}
