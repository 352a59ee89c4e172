import { type Handled, type Outcome, PolicyError, type World } from './layer.ts'
import type { BulkheadPlan } from './plan.ts'
import type { Scope } from './scope.ts'

interface Waiter {
  readonly scope: Scope
  readonly sinceMs: number
  /** The slot is its own from now on. */
  readonly grant: () => void
}

export function referenceBulkhead(plan: BulkheadPlan, policy: string, { time, tell }: World): Handled {
  let { maxConcurrent } = plan
  let active = 0
  let waiting: Waiter[] = []

  const say = (type: string, facts: object, scope: Scope): void =>
    tell({ type: `bulkhead.${type}`, policy, attempt: scope.attempt, active, queued: waiting.length, ...facts }, scope)

  const handOver = (): void => {
    while (active < maxConcurrent && waiting.length > 0) {
      const [first, ...others] = waiting as [Waiter, ...Waiter[]]
      waiting = others
      active++
      first.grant()
      say('acquired', { waitMs: time.nowMs - first.sinceMs }, first.scope)
    }
  }

  /** Returns what gives the slot back, once. */
  const slot = (): (() => boolean) => {
    let isReleased = false
    return () => {
      if (isReleased) return false
      isReleased = true
      active--
      return true
    }
  }

  const layer: Handled['layer'] = next => (scope, answer) => {
    time.uses(policy, scope.run)
    if (active < maxConcurrent && waiting.length === 0) {
      active++
      say('acquired', { waitMs: 0 }, scope)
      return hold(slot())
    }
    if (waiting.length >= plan.maxQueued || plan.maxWaitMs === 0) return refuse('full')
    if (scope.deadlineMs <= time.nowMs) return refuse('deadline')
    queue()

    function refuse(reason: string): void {
      const error = new PolicyError('BULKHEAD_FULL', policy, { active, queued: waiting.length })
      say('rejected', { reason }, scope)
      time.soon(() => answer({ error }))
    }

    function queue(): void {
      const leave = (): void => {
        callOff()
        waiting = waiting.filter(other => other !== waiter)
      }
      const callOff = time.later(plan.maxWaitMs, () => {
        stopListening()
        leave()
        refuse('waited')
      })
      const stopListening = scope.onCancel(({ reason }) => {
        leave()
        time.soon(() => answer({ error: reason }))
      })
      const grant = (): void => {
        callOff()
        stopListening()
        const release = slot()
        time.soon(() => {
          if (scope.cancelled === undefined) return hold(release)
          release()
          handOver()
          answer({ error: scope.cancelled.reason })
        })
      }
      const waiter = { scope, sinceMs: time.nowMs, grant }
      waiting.push(waiter)
      say('queued', {}, scope)
    }

    function hold(release: () => boolean): void {
      let isReclaiming = false
      let callOff = (): void => {}
      const giveBack = (): void => {
        time.uses(policy, scope.run)
        callOff()
        if (release()) handOver()
      }
      const reclaimLater = (): void => {
        if (isReclaiming) return
        isReclaiming = true
        callOff = time.later(plan.reclaimMs, () => {
          release()
          say('reclaimed', {}, scope)
          handOver()
        })
      }
      const stopListening = scope.onCancel(reclaimLater)
      next(scope, (outcome: Outcome) => {
        stopListening()
        const { unheard } = scope
        if (unheard.length === 0) giveBack()
        else reclaimLater()
        for (const work of unheard) work.whenOver(() => unheard.every(({ isOver }) => isOver) && giveBack())
        answer(outcome)
      })
    }
  }

  return {
    layer,
    state: () => ({ name: policy, active, queued: waiting.length }),
    hand: does => {
      if (does === 'grow') maxConcurrent++
      if (does === 'shrink') maxConcurrent = Math.max(1, maxConcurrent - 1)
      handOver()
    },
  }
}
