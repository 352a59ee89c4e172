import type { Call, Operation, Runner } from './call.ts'
import type { Emitter, Listener, PolicyEvent } from './events.ts'
import type { Identity } from './options.ts'
import { isUnwantedPromise } from './promises.ts'
import { holdfast, shared } from './protocol.ts'
import { invoke, keepCallShapes, type RunOptions, start } from './run.ts'

/** Carries the type parameters of a policy, which its methods alone would lose. Never there at run time. */
declare const types: unique symbol

/**
 * Something that stands between a caller and an operation. `Added` is what its `run` may answer besides the
 * operation's own result; `Event` is what its listeners are told.
 */
export interface Policy<Added = never, Event extends PolicyEvent = PolicyEvent> {
  /** Who speaks in errors and events. */
  readonly name: string
  /** What kind of policy it is, such as `retry`, `circuit-breaker` or `pipeline`. */
  readonly kind: string
  /**
   * Runs `operation` under this policy. Works detached: `const { run } = policy`. Rejects with what the operation threw
   * last, with the error of a policy (see `isHoldfastError`), or with the reason of the caller's signal.
   */
  readonly run: <T>(operation: Operation<T>, options?: RunOptions<NoInfer<T>> | Call) => Promise<T | Added>
  /** Calls `listener` with each event until the returned function is called. It cannot change an outcome. */
  readonly subscribe: (listener: Listener<Event>) => () => void
  /** What the kernel needs of it, of no use to anybody else. */
  readonly [holdfast]: Linkage
  /** Carries the type parameters; never there at run time. */
  readonly [types]?: { readonly added: Added; readonly event: Event }
}

/** Any policy or pipeline, whatever it adds to results and tells. */
// biome-ignore lint/suspicious/noExplicitAny: any event, so that policies of all events are accepted
export type AnyPolicy = Policy<unknown, any>

/** What a policy may answer besides the result of the operation. */
// biome-ignore lint/suspicious/noExplicitAny: see AnyPolicy
export type AddedBy<P extends AnyPolicy> = P extends Policy<infer Added, any> ? Added : never

/** The events of a policy. */
export type EventOf<P extends AnyPolicy> = P extends Policy<unknown, infer Event> ? Event : never

/** Judges a result. A method, so that it may take the type of the results: `(response: Response) => …` is accepted. */
export type ResultPredicate = { judge(result: unknown): boolean }['judge']

/** How busy a policy is: `open` and `busy` ones should not be thrown away to make room. */
export type Standing = 'idle' | 'open' | 'busy'

/** What a policy tells the kernel. */
export interface Linkage {
  /** Given the next runner, returns the one that goes through this policy. Called when a pipeline is made. */
  link(next: Runner): Runner
  /** The common options, as read. */
  readonly identity: Identity
  /** Of a pipeline: what it was made of. */
  readonly members?: readonly AnyPolicy[]
  /** How busy it is now. Default: idle. */
  readonly standing?: () => Standing
  /** What pipelines check it by. Default: nothing is checked. */
  readonly traits?: Traits
  /** Of a pipeline: what it has told about its members. */
  readonly warnings?: readonly string[]
}

/** What pipelines check their members by. */
export interface Traits {
  /** How often the operation is called at most. */
  readonly maxAttempts?: number
  /** The sum of all waits between attempts at most, in milliseconds. */
  readonly maxDelaysMs?: number
  /** The limit of what is inside, in milliseconds; undefined if it differs from call to call. */
  readonly timeoutMs?: number
  /** True of a policy that would wait for itself if it were there twice. */
  readonly isExclusive?: boolean
}

/** What makes a policy, for `definePolicy`. */
export interface Definition<Event extends PolicyEvent> extends Omit<Linkage, 'identity'> {
  /** Who listens to it. */
  readonly emitter: Pick<Emitter<Event>, 'identity' | 'subscribe'>
}

/**
 * Makes a policy of a link. `extras`, an object with its further members, such as `state`, becomes the policy: so
 * accessors stay accessors.
 *
 * @example
 * const emitter = new Emitter(readPolicyOptions('passing', { name: 'lets all pass' }, {}))
 * const passing = definePolicy({ emitter, link: next => (operation, call) => next(operation, call) }, {})
 */
export function definePolicy<Added, Event extends PolicyEvent, Extras extends object>(
  { emitter, link, ...linkage }: Definition<Event>,
  extras: Extras,
): Policy<Added, Event> & Extras {
  const { identity } = emitter
  const switched = identity.enabled === undefined ? link : switchable(link, identity)
  const head = switched(invoke)
  const policy: Policy<Added, Event> = {
    name: identity.name,
    kind: identity.kind,
    run: (operation, options) => start(identity, head, operation, options),
    subscribe: listener => emitter.subscribe(listener),
    [holdfast]: { ...linkage, identity, link: switched },
  }
  const made = Object.assign(extras, policy)
  keepCallShapes()
  register(made)
  wholes.set(policy.run, made)
  return made
}

/** What the option `enabled` says now. Throws what it throws. */
export function isEnabled({ name, enabled }: Identity): boolean {
  return enabled === undefined || decides(name, 'enabled', enabled())
}

function switchable(link: Linkage['link'], identity: Identity): Linkage['link'] {
  return next => {
    const guarded = link(next)
    return (operation, call) => {
      try {
        return (isEnabled(identity) ? guarded : next)(operation, call)
      } catch (error) {
        return Promise.reject(error)
      }
    }
  }
}

/** The word of a predicate. Throws a `TypeError` for a promise, which would always be true. */
export function decides(name: string, predicate: string, verdict: unknown): boolean {
  if (isUnwantedPromise(verdict)) throw new TypeError(`${name}: ${predicate} must decide at once, got a promise`)
  return Boolean(verdict)
}

/** Whoever took the `run` of a policy out of it holds the policy: it is still one of `policies()`. */
const wholes = /* @__PURE__ */ new WeakMap<object, AnyPolicy>()

const living = /* @__PURE__ */ shared('policies', () => {
  const references = new Set<WeakRef<AnyPolicy>>()
  const registry = new FinalizationRegistry<WeakRef<AnyPolicy>>(reference => references.delete(reference))
  return { references, registry }
})

function register(policy: AnyPolicy): void {
  const reference = new WeakRef(policy)
  living.references.add(reference)
  living.registry.register(policy, reference)
}

/** The policies of the process that somebody still holds, those of other copies of the kernel too. */
export function* policies(): Generator<AnyPolicy> {
  for (const reference of living.references) {
    const policy = reference.deref()
    if (policy !== undefined) yield policy
  }
}
