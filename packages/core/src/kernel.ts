export { Answer, type LateOutcome } from './answer.ts'
export { KernelCall, passOn, type Runner } from './call.ts'
export { type Cancellation, Dependent, type Origin } from './cancellation.ts'
export { type ErrorLike, levelsOf } from './causes.ts'
export { isUnlimited, startTimer, unref } from './clock.ts'
export { DEADLINE_HEADER, type Deadline, type DeadlineOptions, deadlineFrom } from './deadline.ts'
export { rejectWith, stackless } from './errors.ts'
export { Emitter, errorFacts, type Facts, type Failure, failureFacts } from './events.ts'
export { type HeaderSource, headerOf, type WithHeaders } from './headers.ts'
export { type Answering, answeringThrough, type Handlers, type Layer, through } from './layers.ts'
export {
  clockRule,
  duration,
  type Identity,
  integer,
  limit,
  numeric,
  oneOf,
  optionalFunction,
  type Read,
  type Rule,
  readOptions,
  readPolicyOptions,
  rule,
} from './options.ts'
export {
  type Definition,
  decides,
  definePolicy,
  isEnabled,
  type Linkage,
  type Standing,
  type Traits,
} from './policy.ts'
export { chosen, made, part } from './preset-parts.ts'
export { isUnwantedPromise, promised } from './promises.ts'
export { holdfast, keepShape, shared } from './protocol.ts'
export { Queue, type Queueable } from './queue.ts'
export { draw } from './random.ts'
export { callGuarded } from './report.ts'
export { RollingCounts } from './rolling-counts.ts'
export { waitFor } from './run.ts'
export { isAbortSignal } from './signal.ts'
export { clean, show } from './text.ts'
