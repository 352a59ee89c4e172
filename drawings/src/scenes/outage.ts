import { virtualClock } from '@holdfast/testing'
import { circuitBreaker, failureRate, isHoldfastError } from 'holdfast'
import { type CircuitPhase, circuitPhases } from '../circuit-phases.ts'

export const UNTIL_MS = 20_000
export const DOWN_FROM_MS = 4_000
export const DOWN_UNTIL_MS = 13_000
const EVERY_MS = 250

export interface Outage {
  /** When calls ended, in milliseconds. */
  readonly answered: readonly number[]
  readonly failed: readonly number[]
  readonly refused: readonly number[]
  readonly phases: readonly CircuitPhase[]
}

/** A call every 250 ms, of 50 ms each, to a dependency that is down for nine seconds. */
export async function outage(): Promise<Outage> {
  const clock = virtualClock()
  const startMs = clock.nowMs()
  const nowMs = (): number => clock.nowMs() - startMs
  const breaker = circuitBreaker({
    trip: failureRate({ threshold: 0.5, windowMs: 5_000, minCalls: 10 }),
    openMs: 3_000,
    random: () => 1, // all of the open time
    clock,
  })
  const phases = circuitPhases(breaker, { nowMs })
  const ended = { answered: [] as number[], failed: [] as number[], refused: [] as number[] }
  const dependency = async (): Promise<string> => {
    const isDown = nowMs() >= DOWN_FROM_MS && nowMs() < DOWN_UNTIL_MS
    await new Promise<void>(resolve => {
      clock.setTimeout(resolve, 50)
    })
    if (isDown) throw new Error('down')
    return 'value'
  }

  while (nowMs() < UNTIL_MS) {
    breaker.run(dependency).then(
      () => ended.answered.push(nowMs()),
      error => ended[isHoldfastError(error, 'ERR_HOLDFAST_CIRCUIT_OPEN') ? 'refused' : 'failed'].push(nowMs()),
    )
    await clock.advance(EVERY_MS)
  }
  return { ...ended, phases: phases.until(UNTIL_MS) }
}
