import type { CircuitBreaker } from 'holdfast'
import type { Stage } from './stage.ts'

/** How long a circuit was in a state. */
export interface CircuitPhase {
  readonly state: CircuitBreaker['state']
  readonly fromMs: number
  readonly toMs: number
}

/** Follows a circuit from now on. */
export function circuitPhases(
  breaker: CircuitBreaker,
  { nowMs }: Pick<Stage, 'nowMs'>,
): { readonly until: (toMs: number) => CircuitPhase[] } {
  const begun: { state: CircuitBreaker['state']; fromMs: number }[] = [{ state: breaker.state, fromMs: nowMs() }]
  breaker.subscribe(() => {
    if (breaker.state !== begun.at(-1)?.state) begun.push({ state: breaker.state, fromMs: nowMs() })
  })
  return {
    until: toMs => begun.map((phase, index) => ({ ...phase, toMs: begun[index + 1]?.fromMs ?? toMs })),
  }
}
