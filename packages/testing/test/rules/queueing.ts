import { type AnyPolicy, BulkheadFullError } from '@holdfast/core'
import { type Cancellation, Dependent, type KernelCall, rejectWith } from '@holdfast/core/kernel'
import type { RuleOptions, RuleSubject } from '@holdfast/testing'
import { layer } from './layers.ts'
import { freeAtTheEnd, type Hold } from './places.ts'

/** A call that waits for the place. */
class Turn extends Dependent {
  readonly call: KernelCall
  readonly grant: () => void
  private readonly leave: (turn: Turn, reason: unknown) => void

  constructor(call: KernelCall, grant: () => void, leave: (turn: Turn, reason: unknown) => void) {
    super()
    this.call = call
    this.grant = grant
    this.leave = leave
    if (call.isCancellable) this.attach(call)
  }

  override cancel({ reason }: Cancellation): void {
    this.leave(this, reason)
  }
}

/** What a queue does, each of which can be done wrong. */
export interface Habits {
  /** Takes out of the queue who comes next. */
  readonly takeNext: (waiting: Turn[]) => Turn | undefined
  /** Whether a wait that begins now is in vain. */
  readonly isInVain: (call: KernelCall, nowMs: number) => boolean
  /** Of a turn whose call was aborted when it had got the place already. */
  readonly passOn: (free: () => void) => void
  readonly hold: Hold
}

const good: Habits = {
  takeNext: waiting => waiting.shift(),
  isInVain: ({ deadlineMs }, nowMs) => deadlineMs <= nowMs,
  passOn: free => free(),
  hold: freeAtTheEnd,
}

const MOST_WAITING = 10

/** What is put to the rules: a policy with one place, and a queue before it. */
export const withQueue = (make: RuleSubject['make']): RuleSubject => ({ make, makeQueueing: make, maxConcurrent: 1 })

/** The same, of a queue with one bad habit. */
export const withHabit = (habit: Partial<Habits>): RuleSubject => withQueue(options => queueing(options, habit))

/** A policy with one place, and a queue before it. */
export function queueing(options: RuleOptions, habits: Partial<Habits> = {}): AnyPolicy {
  const { takeNext, isInVain, passOn, hold } = { ...good, ...habits }
  const name = options.name ?? 'queue'
  const waiting: Turn[] = []
  let isTaken = false

  const free = (): void => {
    const turn = takeNext(waiting)
    if (turn === undefined) isTaken = false
    else turn.grant()
  }
  const leave = (turn: Turn): void => {
    const index = waiting.indexOf(turn)
    if (index >= 0) waiting.splice(index, 1)
  }

  return layer(options, (next, operation, call) => {
    if (!isTaken) {
      isTaken = true
      return hold(next, operation, call, free)
    }
    if (waiting.length >= MOST_WAITING || isInVain(call, options.clock.nowMs())) {
      return rejectWith(() => new BulkheadFullError(name, { active: 1, queued: waiting.length }))
    }
    const granted = new Promise<void>((resolve, reject) => {
      waiting.push(
        new Turn(call, resolve, (turn, reason) => {
          leave(turn)
          reject(reason)
        }),
      )
    })
    return granted.then(() => {
      if (call.cancelled === undefined) return hold(next, operation, call, free)
      passOn(free)
      throw call.cancelled.reason
    })
  })
}
