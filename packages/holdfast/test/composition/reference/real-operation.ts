import type { VirtualClock } from '@holdfast/testing'
import type { Call } from 'holdfast'
import type { Facts } from './log.ts'
import { type RunPlan, ScriptedError, type StepPlan } from './plan.ts'

export interface Script {
  readonly plan: RunPlan
  readonly run: number
  readonly clock: VirtualClock
  readonly tell: (facts: Facts) => void
  readonly abort: () => void
}

/** The operation of a run, for the library: it does what its script says. */
export function realOperation(script: Script) {
  const { steps } = script.plan
  let calls = 0
  return (call: Call): Promise<string> | string => {
    const step = steps[calls++ % steps.length] as StepPlan
    const label = `of run ${script.run}, call ${calls}`
    script.tell({ type: 'operation', attempt: call.attempt, deadlineMs: call.deadlineMs })
    const work = step.does === 'throw' || step.does === 'return' ? `good ${label}` : working(step, label, call, script)
    if (step.abortsCaller) script.abort()
    if (step.does === 'throw') throw failing(step, label)
    return work
  }
}

const failing = ({ letter }: StepPlan, label: string): Error => new ScriptedError(letter, `${letter} ${label}`)

function working(step: StepPlan, label: string, call: Call, { clock, tell }: Script): Promise<string> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      if (step.hearing !== 'deaf') call.signal.removeEventListener('abort', hear)
      if (step.does === 'error') reject(failing(step, label))
      else resolve(`${step.does} ${label}`)
    }
    const cleanUp = (): void => {
      if (step.endsWith === 'reason') reject(call.signal.reason as Error)
      else if (step.endsWith === 'error') reject(failing(step, label))
      else resolve(`good ${label}`)
    }
    const hear = (): void => {
      tell({ type: 'aborted', reason: call.signal.reason as unknown })
      if (step.hearing !== 'listening') return
      clock.clearTimeout(timer)
      if (step.cleanUpMs === 0) cleanUp()
      else clock.setTimeout(cleanUp, step.cleanUpMs)
    }
    const timer = step.does === 'hang' ? undefined : clock.setTimeout(end, step.afterMs)
    if (step.hearing !== 'deaf') call.signal.addEventListener('abort', hear, { once: true })
  })
}
