import { type AnyPolicy, bulkhead, constant, retry } from 'holdfast'
import { type Stage, stage } from '../stage.ts'

export interface OrderBulkheadRetry {
  readonly inside: Stage
  readonly outside: Stage
}

/** One slot. The first call fails, waits 400 ms, and answers then; the second one comes 50 ms later. */
export async function orderBulkheadRetry(): Promise<OrderBulkheadRetry> {
  return {
    inside: await twoCalls((slots, again) => [again, slots]),
    outside: await twoCalls((slots, again) => [slots, again]),
  }
}

async function twoCalls(ordered: (slots: AnyPolicy, again: AnyPolicy) => AnyPolicy[]): Promise<Stage> {
  const scene = stage()
  const { clock } = scene
  const slots = bulkhead({ maxConcurrent: 1, maxQueued: 1, clock })
  const again = retry({ backoff: constant({ delayMs: 400, jitter: 'none' }), clock })

  scene.call('first', ordered(slots, again), attempt => ({ does: attempt === 1 ? 'fails' : 'answers', afterMs: 150 }))
  await clock.advance(50)
  scene.call('second', ordered(slots, again), () => ({ does: 'answers', afterMs: 150 }))
  await clock.runAll()
  return scene
}
