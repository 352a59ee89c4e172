import { seededRandom, virtualClock } from '@holdfast/testing'
import { type Backoff, constant, exponential, type Jitter, linear, retry, sequence } from 'holdfast'

/** The waits of one call that failed again and again, in milliseconds. */
type Waits = readonly number[]

export interface BackoffWaits {
  readonly name: string
  /** Without jitter; undefined for what has no such curve. */
  readonly curve: Waits | undefined
  /** Of several calls, with the jitter that is the default. */
  readonly drawn: readonly Waits[]
}

const WAITS = 9
const CALLS = 12

/** What each backoff makes a retry wait. */
export async function backoffs(): Promise<BackoffWaits[]> {
  return [
    await waitsOf('exponential({ maxMs: 5_000 })', jitter => exponential({ maxMs: 5_000, jitter })),
    await waitsOf('linear({ stepMs: 500 })', jitter => linear({ stepMs: 500, jitter })),
    await waitsOf('constant({ delayMs: 2_000 })', jitter => constant({ delayMs: 2_000, jitter })),
    await waitsOf('sequence([500, 1_000, 3_000])', jitter => sequence([500, 1_000, 3_000], { jitter })),
    {
      name: "exponential({ maxMs: 5_000, jitter: 'decorrelated' })",
      curve: undefined,
      drawn: await drawn(exponential({ maxMs: 5_000, jitter: 'decorrelated' })),
    },
  ]
}

async function waitsOf(name: string, backoff: (jitter: Jitter) => Backoff): Promise<BackoffWaits> {
  return { name, curve: await waits(backoff('none'), () => 1), drawn: await drawn(backoff('full')) }
}

async function drawn(backoff: Backoff): Promise<Waits[]> {
  const random = seededRandom(1)
  const calls: Waits[] = []
  for (let call = 0; call < CALLS; call++) calls.push(await waits(backoff, random))
  return calls
}

async function waits(backoff: Backoff, random: () => number): Promise<Waits> {
  const clock = virtualClock()
  const policy = retry({ backoff, random, clock, maxAttempts: WAITS + 1, budget: false })
  const seen: number[] = []
  policy.subscribe(event => {
    if (event.type === 'retry.scheduled') seen.push(event.delayMs)
  })
  const answer = policy.run(() => Promise.reject(new Error('down')))
  await Promise.allSettled([answer, clock.runAll()])
  return seen
}
