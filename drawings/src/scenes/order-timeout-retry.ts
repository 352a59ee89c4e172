import { type AnyPolicy, exponential, retry, timeout } from 'holdfast'
import { type Stage, type Step, stage } from '../stage.ts'

export interface OrderTimeoutRetry {
  readonly outside: Stage
  readonly inside: Stage
  readonly both: Stage
}

/** The dependency hangs twice, then answers within 200 ms. */
export async function orderTimeoutRetry(): Promise<OrderTimeoutRetry> {
  return {
    outside: await oneCall((limit, again) => [limit(1_000), again]),
    inside: await oneCall((limit, again) => [again, limit(1_000)]),
    both: await oneCall((limit, again) => [limit(2_000), again, limit(600)]),
  }
}

async function oneCall(
  ordered: (limit: (timeoutMs: number) => AnyPolicy, again: AnyPolicy) => AnyPolicy[],
): Promise<Stage> {
  const scene = stage()
  const { clock } = scene
  const limit = (timeoutMs: number): AnyPolicy => timeout({ timeoutMs, clock })
  const again = retry({ maxAttempts: 3, backoff: exponential({ firstMs: 100, jitter: 'none' }), clock })

  scene.call('caller', ordered(limit, again), hangsTwice)
  await clock.runAll()
  return scene
}

function hangsTwice(attempt: number): Step {
  return attempt < 3 ? { does: 'hangs' } : { does: 'answers', afterMs: 200 }
}
