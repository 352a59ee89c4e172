import {
  type Call,
  type CommonOptions,
  type ErrorFacts,
  type Policy,
  type PolicyEvent,
  TimeoutError,
} from '@holdfast/core'
import {
  Answer,
  answeringThrough,
  definePolicy,
  Emitter,
  errorFacts,
  isUnlimited,
  isUnwantedPromise,
  type KernelCall,
  type Rule,
  type Runner,
  readPolicyOptions,
  rule,
  show,
  stackless,
} from '@holdfast/core/kernel'

/** Options of `timeout`. */
export interface TimeoutOptions extends CommonOptions {
  /**
   * How long the operation may take, in milliseconds, above 0, or a function that says so for each call. Infinity, and
   * all above 2^31−1, is no limit. A function that says 0 or less ends its call without calling the operation.
   */
  readonly timeoutMs: number | ((call: Call) => number)
  /** What the limit is for, told by the `phase` of its errors: `total` and `attempt`, for two. Default: undefined. */
  readonly phase?: string | undefined
}

/** The limit passed, and the caller was answered with a `TimeoutError`. */
export interface TimeoutExpired extends PolicyEvent {
  readonly type: 'timeout.expired'
  /** The limit that passed, in milliseconds; 0 where a function had said 0 or less. */
  readonly timeoutMs: number
}

/** Work that had been given up on has ended after all. */
export interface TimeoutSettledLate extends PolicyEvent, Partial<ErrorFacts> {
  readonly type: 'timeout.settledLate'
  /** What it ended with. */
  readonly outcome: 'value' | 'error'
  /** Milliseconds since the limit passed. */
  readonly lateMs: number
}

/** The events of a timeout. */
export type TimeoutEvent = TimeoutExpired | TimeoutSettledLate

/**
 * Answers with a `TimeoutError` when the operation takes longer than the limit, whether or not it listens to its
 * signal, which aborts with that same error. Layers inside see the limit as their deadline.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const product = await timeout({ timeoutMs: 800 }).run(({ signal }) => getJson(url, signal))
 */
export function timeout(options: TimeoutOptions): Policy<never, TimeoutEvent> {
  const { timeoutMs, phase, ...identity } = readPolicyOptions('timeout', options, {
    timeoutMs: limitRule,
    phase: rule<string | undefined>('a string', value => typeof value === 'string', undefined),
  })
  const { clock, name } = identity
  const emitter = new Emitter<TimeoutEvent>(identity)

  const expire = (call: KernelCall, answer: Answer, limitMs: number): void => {
    const expiredAtMs = clock.nowMs()
    const error = stackless(() => new TimeoutError(name, limitMs, phase))
    answer.onLate = late => {
      if (!emitter.isHeard) return
      const facts = late.outcome === 'error' ? errorFacts(late.error) : {}
      const lateMs = Math.max(0, clock.nowMs() - expiredAtMs)
      emitter.emit({ type: 'timeout.settledLate', outcome: late.outcome, lateMs, ...facts }, call)
    }
    answer.abort({ origin: 'timeout', reason: error, limitMs }, () => {
      if (emitter.isHeard) emitter.emit({ type: 'timeout.expired', timeoutMs: limitMs }, call)
    })
  }

  const expiredAtOnce = (call: KernelCall): TimeoutError => {
    if (emitter.isHeard) emitter.emit({ type: 'timeout.expired', timeoutMs: 0 }, call)
    return stackless(() => new TimeoutError(name, 0, phase))
  }

  const limited = (limitMs: number, parent: KernelCall): Answer => {
    const deadlineMs = Math.min(parent.deadlineMs, clock.nowMs() + limitMs)
    const answer = new Answer()
    const call = parent.child(parent.attempt, deadlineMs, answer)
    answer.limit(clock, limitMs, () => expire(call, answer, limitMs))
    return answer
  }

  const link = (next: Runner): Runner => {
    if (typeof timeoutMs === 'number' && isUnlimited(timeoutMs)) return next
    return answeringThrough(
      {
        enter: parent => {
          const limitMs = typeof timeoutMs === 'number' ? timeoutMs : limitFor(name, timeoutMs(parent))
          if (isUnlimited(limitMs)) return undefined
          if (limitMs <= 0) throw expiredAtOnce(parent)
          return limited(limitMs, parent)
        },
        instead: next,
      },
      next,
    )
  }
  const traits = typeof timeoutMs === 'number' ? { timeoutMs } : {}
  return definePolicy<never, TimeoutEvent, object>({ emitter, link, traits }, {})
}

const limitRule: Rule<TimeoutOptions['timeoutMs']> = {
  expected: 'a number of milliseconds above 0, or a function that returns one',
  type: 'number',
  accepts: value => typeof value === 'function' || (typeof value === 'number' && value > 0),
}

function limitFor(name: string, limitMs: unknown): number {
  if (typeof limitMs === 'number' && !Number.isNaN(limitMs)) return limitMs
  isUnwantedPromise(limitMs)
  const ErrorClass = typeof limitMs === 'number' ? RangeError : TypeError
  throw new ErrorClass(`${name}: timeoutMs must return a number of milliseconds, got ${show(limitMs)}`)
}
