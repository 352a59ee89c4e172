import { orderTimeoutRetry } from '../scenes/order-timeout-retry.ts'
import type { Drawing } from '../svg/drawing.ts'
import { timeline } from '../svg/timeline.ts'
import { oneCallLanes } from './one-call.ts'

export async function orderTimeoutRetryDrawing(): Promise<Drawing> {
  const { outside, inside, both } = await orderTimeoutRetry()
  return timeline({
    title: 'Timeout outside or inside the retry',
    description:
      'A dependency hangs twice, then answers within 200 ms. With a timeout of 1 s outside the retry, the first attempt takes all of it, and the caller gets a TimeoutError after 1000 ms. With the same timeout inside the retry, two attempts are cut off after 1 s each, the third answers, and the caller has a value after 2500 ms. With a timeout of 2 s outside and one of 600 ms inside, it has the value after 1700 ms.',
    untilMs: 2_600,
    tickMs: 500,
    panels: [
      {
        heading: 'timeout(1 s), retry(3)',
        note: 'The first attempt uses up the time of all three.',
        lanes: oneCallLanes(outside),
      },
      {
        heading: 'retry(3), timeout(1 s)',
        note: 'Each attempt has 1 s; nothing bounds the call.',
        lanes: oneCallLanes(inside),
      },
      {
        heading: 'timeout(2 s), retry(3), timeout(600 ms)',
        note: 'Both: attempts are short, and the call has an end.',
        lanes: oneCallLanes(both),
        limits: [{ atMs: 2_000, text: 'limit of the call' }],
      },
    ],
    legend: [
      ['answered', 'answered'],
      ['failed', 'failed'],
      ['cut', 'cut off by a timeout'],
      ['waiting', 'wait of the retry'],
    ],
  })
}
