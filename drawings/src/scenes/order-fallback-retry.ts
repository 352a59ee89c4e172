import { type AnyPolicy, exponential, fallback, retry } from 'holdfast'
import { type Stage, type Step, stage } from '../stage.ts'

export interface OrderFallbackRetry {
  readonly outside: Stage
  readonly inside: Stage
}

/** The dependency fails twice within 150 ms, then answers within 150 ms. */
export async function orderFallbackRetry(): Promise<OrderFallbackRetry> {
  return {
    outside: await oneCall((stale, again) => [stale, again]),
    inside: await oneCall((stale, again) => [again, stale]),
  }
}

async function oneCall(ordered: (stale: AnyPolicy, again: AnyPolicy) => AnyPolicy[]): Promise<Stage> {
  const scene = stage()
  const { clock } = scene
  const stale = fallback({ to: () => 'stale answer', clock })
  const again = retry({ maxAttempts: 3, backoff: exponential({ firstMs: 100, jitter: 'none' }), clock })

  scene.call('caller', ordered(stale, again), failsTwice)
  await clock.runAll()
  return scene
}

function failsTwice(attempt: number): Step {
  return { does: attempt < 3 ? 'fails' : 'answers', afterMs: 150 }
}
