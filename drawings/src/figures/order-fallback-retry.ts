import { orderFallbackRetry } from '../scenes/order-fallback-retry.ts'
import type { Drawing } from '../svg/drawing.ts'
import { timeline } from '../svg/timeline.ts'
import { oneCallLanes } from './one-call.ts'

export async function orderFallbackRetryDrawing(): Promise<Drawing> {
  const { outside, inside } = await orderFallbackRetry()
  return timeline({
    title: 'Fallback outside or inside the retry',
    description:
      'A dependency fails twice, then answers; each takes 150 ms. With the fallback outside the retry, the third attempt answers after 750 ms, and the fallback is not needed. With the fallback inside, it answers for the first failure after 150 ms: the retry sees no failure, and there is no second attempt.',
    untilMs: 800,
    tickMs: 200,
    panels: [
      {
        heading: 'fallback, retry(3)',
        note: 'The fallback is asked once all attempts have failed.',
        lanes: oneCallLanes(outside),
      },
      {
        heading: 'retry(3), fallback',
        note: 'The retry never sees a failure.',
        lanes: oneCallLanes(inside),
      },
    ],
    legend: [
      ['answered', 'answered'],
      ['failed', 'failed'],
      ['waiting', 'wait of the retry'],
    ],
  })
}
