import { type AnyPolicy, circuitBreaker, consecutiveFailures, exponential, retry } from 'holdfast'
import { type CircuitPhase, circuitPhases } from '../circuit-phases.ts'
import { type Stage, stage } from '../stage.ts'

export interface BrokenCalls {
  readonly scene: Stage
  readonly phases: readonly CircuitPhase[]
}

export interface OrderBreakerRetry {
  readonly inside: BrokenCalls
  readonly outside: BrokenCalls
}

/** The dependency is down: it fails within 20 ms. A call comes every 400 ms. */
export async function orderBreakerRetry(): Promise<OrderBreakerRetry> {
  return {
    inside: await calls((breaker, again) => [again, breaker]),
    outside: await calls((breaker, again) => [breaker, again]),
  }
}

const UNTIL_MS = 2_000

async function calls(ordered: (breaker: AnyPolicy, again: AnyPolicy) => AnyPolicy[]): Promise<BrokenCalls> {
  const scene = stage()
  const { clock } = scene
  const breaker = circuitBreaker({ trip: consecutiveFailures(3), openMs: 10_000, clock })
  const again = retry({ maxAttempts: 3, backoff: exponential({ firstMs: 60, jitter: 'none' }), clock })
  const phases = circuitPhases(breaker, scene)

  for (let number = 1; number <= 5; number++) {
    scene.call(`call ${number}`, ordered(breaker, again), () => ({ does: 'fails', afterMs: 20 }))
    await clock.advance(400)
  }
  return { scene, phases: phases.until(UNTIL_MS) }
}
