import type { Runner } from './call.ts'
import type { PolicyEvent } from './events.ts'
import { type CommonOptions, readPolicyOptions } from './options.ts'
import { type AddedBy, type AnyPolicy, definePolicy, type EventOf, type Policy, type Standing } from './policy.ts'
import { asPolicy, isPolicy } from './policy-check.ts'
import { holdfast } from './protocol.ts'
import { announcer, warningsOf } from './warnings.ts'

/** Options of a pipeline: `name` (default `pipeline`), `clock` (default that of its members) and `enabled`. */
export interface PipelineOptions extends CommonOptions {}

/** The type of `pipeline`. */
export interface PipelineFactory {
  /** Composes policies, outermost first. */
  <const Members extends readonly AnyPolicy[]>(
    ...members: Members
  ): Policy<AddedBy<Members[number]>, EventOf<Members[number]>>
  /** With options as the last argument. */
  <const Members extends readonly AnyPolicy[]>(
    ...membersAndOptions: readonly [...Members, PipelineOptions]
  ): Policy<AddedBy<Members[number]>, EventOf<Members[number]>>
  /** `pipeline` with the name first, where that reads better. */
  named<const Members extends readonly AnyPolicy[]>(
    name: string,
    ...members: Members
  ): Policy<AddedBy<Members[number]>, EventOf<Members[number]>>
}

/**
 * Composes policies, outermost first: in the order in which a call meets them. What it returns is a policy itself. The
 * last argument may be `PipelineOptions`.
 *
 * Throws a `TypeError` for what is no policy, for members with different clocks, and for a policy that would wait for
 * itself, such as one bulkhead twice. What is legal and yet hardly meant is told to observers, as `pipeline.warning`.
 *
 * @example
 * const catalogue = pipeline(retry(), circuitBreaker(), timeout({ timeoutMs: 800 }), { name: 'catalogue' })
 * const product = await catalogue.run(({ signal }) => getJson(url, signal))
 */
export const pipeline: PipelineFactory = /* @__PURE__ */ Object.assign(
  (...args: readonly unknown[]) => {
    const last = args.at(-1)
    const hasOptions = args.length > 0 && typeof last === 'object' && last !== null && !isPolicy(last)
    return compose(hasOptions ? args.slice(0, -1) : args, hasOptions ? last : {})
  },
  { named: (name: string, ...members: readonly unknown[]) => compose(members, { name }) },
) as PipelineFactory

function compose(given: readonly unknown[], options: PipelineOptions): AnyPolicy {
  const members = given.map((member, index) => asPolicy(member, `pipeline: member ${index + 1}`))
  const identity = readPolicyOptions('pipeline', withClockOf(members[0], options), {})
  const places = members.flatMap(leavesOf)
  const leaves = [...new Set(places)]
  for (const leaf of leaves) {
    if (leaf[holdfast].identity.clock !== identity.clock) {
      throw new TypeError(
        `${identity.name}: ${leaf.name} has another clock than the pipeline, give all members the same`,
      )
    }
    if (leaf[holdfast].traits?.isExclusive && places.indexOf(leaf) !== places.lastIndexOf(leaf)) {
      throw new TypeError(`${identity.name}: ${leaf.name} is there twice, and would wait for itself`)
    }
  }

  const told = new Set(members.flatMap(member => member[holdfast].warnings ?? []))
  const warnings = warningsOf(places).filter(({ message }) => !told.has(message))
  const announcing = announcer(identity, warnings)
  const subscribe = (listener: (event: PolicyEvent) => unknown): (() => void) => {
    const stops = leaves.map(leaf => leaf.subscribe(listener))
    return () => {
      for (const stop of stops) stop()
    }
  }
  const definition = {
    emitter: { identity, subscribe },
    members,
    warnings: [...told, ...warnings.map(({ message }) => message)],
    link: (next: Runner) => announcing(members.reduceRight((inner, member) => member[holdfast].link(inner), next)),
    standing: () => busiest(leaves),
  }
  return definePolicy(definition, {})
}

/** The options, with the clock of this member unless they name one. */
function withClockOf(member: AnyPolicy | undefined, options: PipelineOptions): PipelineOptions {
  const isNamed = Object.hasOwn(options, 'clock') && options.clock !== undefined
  return isNamed || Array.isArray(options) ? options : { ...options, clock: member?.[holdfast].identity.clock }
}

const leavesOf = (policy: AnyPolicy): readonly AnyPolicy[] => policy[holdfast].members?.flatMap(leavesOf) ?? [policy]

function busiest(leaves: readonly AnyPolicy[]): Standing {
  const standings = leaves.map(leaf => leaf[holdfast].standing?.())
  if (standings.includes('busy')) return 'busy'
  return standings.includes('open') ? 'open' : 'idle'
}
