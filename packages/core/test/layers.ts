import { type CommonOptions, type Operation, type Policy, type PolicyEvent, TimeoutError } from '@holdfast/core'
import {
  Answer,
  definePolicy,
  duration,
  Emitter,
  type Facts,
  integer,
  type KernelCall,
  type Runner,
  readPolicyOptions,
  type Standing,
  stackless,
  type Traits,
} from '@holdfast/core/kernel'

export interface Passed extends PolicyEvent {
  readonly type: 'passing.passed'
}

/** The smallest layer: it passes every call on, and tells so. */
export function passing(options?: CommonOptions): Policy<never, Passed> {
  const emitter = new Emitter<Passed>(readPolicyOptions('passing', options, {}))
  const link =
    (next: Runner): Runner =>
    (operation, call) => {
      if (emitter.isHeard) emitter.emit({ type: 'passing.passed' }, call)
      return next(operation, call)
    }
  return definePolicy<never, Passed, object>({ emitter, link }, {})
}

/** A layer that calls again at once, until `times` calls have failed. */
export function repeating(options: CommonOptions & { readonly times: number }): Policy {
  const { times, ...identity } = readPolicyOptions('repeating', options, { times: integer(1) })
  const link =
    (next: Runner): Runner =>
    <T>(operation: Operation<T>, call: KernelCall): Promise<T> => {
      const attempt = (number: number): Promise<T> => {
        const child = call.child(number, call.deadline)
        return next(operation, child).catch((error: unknown) => {
          child.leave()
          if (number === times || call.cancelled !== undefined) throw error
          return attempt(number + 1)
        })
      }
      return attempt(1)
    }
  return definePolicy<never, PolicyEvent, object>({ emitter: new Emitter(identity), link }, {})
}

/** A layer that gives up on its call after a while, as timeouts do. */
export function limiting(options: CommonOptions & { readonly limitMs: number }): Policy {
  const { limitMs, ...identity } = readPolicyOptions('limiting', options, { limitMs: duration(1) })
  const { clock, name } = identity
  const link =
    (next: Runner): Runner =>
    (operation, parent) => {
      const answer = new Answer()
      parent.child(parent.attempt, Math.min(parent.deadlineMs, clock.nowMs() + limitMs), answer)
      answer.limit(clock, limitMs, () => {
        const reason = stackless(() => new TimeoutError(name, limitMs))
        answer.abort({ origin: 'timeout', reason, limitMs })
      })
      return answer.promise(next, operation)
    }
  return definePolicy<never, PolicyEvent, object>({ emitter: new Emitter(identity), link }, {})
}

/** A layer that shows each call that comes by. */
export function tapping(tap: (call: KernelCall) => unknown, options?: CommonOptions): Policy {
  const identity = readPolicyOptions('tapping', options, {})
  const link =
    (next: Runner): Runner =>
    (operation, call) => {
      tap(call)
      return next(operation, call)
    }
  return definePolicy<never, PolicyEvent, object>({ emitter: new Emitter(identity), link }, {})
}

interface Told extends PolicyEvent {
  readonly type: 'telling.told'
  readonly word: string
}

export interface Telling extends Policy<never, Told> {
  readonly tell: (word: string) => void
}

/** A policy that says what it is told to say, and stands as it is told to stand. */
export function telling(
  options?: CommonOptions,
  linkage: { standing?: () => Standing; traits?: Traits } = {},
): Telling {
  const emitter = new Emitter<Told>(readPolicyOptions('telling', options, {}))
  const tell = (word: string): void => {
    const facts: Facts<Told> = { type: 'telling.told', word }
    emitter.emit(facts)
  }
  return definePolicy<never, Told, { tell: typeof tell }>({ emitter, link: next => next, ...linkage }, { tell })
}

/** A policy that claims to be of some kind, for what looks at kinds and traits only. */
export function posing(kind: string, traits?: Traits, options?: CommonOptions): Policy {
  const emitter = new Emitter<PolicyEvent>(readPolicyOptions(kind, options, {}))
  return definePolicy<never, PolicyEvent, object>({ emitter, link: next => next, ...(traits && { traits }) }, {})
}
