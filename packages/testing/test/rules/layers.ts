import type { AnyPolicy, Call, CommonOptions, Operation, PolicyEvent, RunOptions } from '@holdfast/core'
import {
  definePolicy,
  Emitter,
  type Identity,
  type KernelCall,
  type Runner,
  readPolicyOptions,
} from '@holdfast/core/kernel'

export interface Failed extends PolicyEvent {
  readonly type: 'layer.failed'
  readonly error: unknown
}

/** What a layer does with one call. */
export type Step = (next: Runner, operation: Operation<unknown>, call: KernelCall) => Promise<unknown>

/** Passes every call on. */
export const pass: Step = (next, operation, call) => next(operation, call)

/** A policy that does one thing with its calls, and tells nothing. */
export function layer(options: CommonOptions, step: Step = pass): AnyPolicy {
  return identified(readPolicyOptions('layer', options, {}), step)
}

/** The same, of a policy that has read its options by itself. */
export function identified(identity: Identity, step: Step = pass): AnyPolicy {
  return heard(new Emitter<Failed>(identity), step)
}

/** The same, of a policy that others may listen to. */
export function heard(emitter: Emitter<Failed>, step: Step): AnyPolicy {
  const link = (next: Runner): Runner => ((operation, call) => step(next, operation, call)) as Runner
  return definePolicy<never, Failed, object>({ emitter, link }, {})
}

/** A policy that tells each failure. */
export function telling(options: CommonOptions): AnyPolicy {
  return tellingAs(readPolicyOptions('layer', options, {}))
}

/** The same, of a policy that has read its options by itself, and may have another word for it. */
export function tellingAs(identity: Identity, type = 'layer.failed'): AnyPolicy {
  const emitter = new Emitter<Failed>(identity)
  return heard(emitter, (next, operation, call) =>
    next(operation, call).catch((error: unknown) => {
      if (call.cancelled === undefined) emitter.emit({ type: type as 'layer.failed', error }, call)
      throw error
    }),
  )
}

/** A policy that tells the third failure and all that follow, as a breaker would that opens then. */
export function counting(options: CommonOptions, isFailure: (call: KernelCall, error: unknown) => boolean): AnyPolicy {
  const emitter = new Emitter<Failed>(readPolicyOptions('layer', options, {}))
  let failures = 0
  return heard(emitter, (next, operation, call) =>
    next(operation, call).catch((error: unknown) => {
      if (isFailure(call, error)) failures++
      if (failures >= 3) emitter.emit({ type: 'layer.failed', error }, call)
      throw error
    }),
  )
}

type Run = (operation: Operation<unknown>, options?: RunOptions | Call) => Promise<unknown>

/** Gives a policy a `run` of its own around the one that it has: most libraries know no other place. */
export function running(
  policy: AnyPolicy,
  around: (run: Run, ...args: Parameters<Run>) => Promise<unknown>,
): AnyPolicy {
  const run = policy.run as Run
  const own: Run = (operation, options) => around(run, operation, options)
  return Object.assign(policy, { run: own })
}
