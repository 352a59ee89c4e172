import {
  bulkhead,
  type Clock,
  circuitBreaker,
  consecutiveFailures,
  constant,
  fallback,
  keyed,
  type Policy,
  pipeline,
  retry,
  timeout,
} from 'holdfast'

/** Where a policy stands when a rule is tested: alone, among others, or as the policy of a key. */
export interface Placement {
  readonly title: string
  readonly make: (clock: Clock) => Policy
}

/** The five policies, set so that a test can see what each would do. None changes what an operation throws. */
const factories = {
  fallback: clock =>
    fallback({
      clock,
      to: ({ error }): never => {
        throw error
      },
    }),
  timeout: clock => timeout({ clock, timeoutMs: 10_000 }),
  retry: clock => retry({ clock, maxAttempts: 2, backoff: constant({ delayMs: 100, jitter: 'none' }) }),
  circuitBreaker: clock => circuitBreaker({ clock, trip: consecutiveFailures(2) }),
  bulkhead: clock => bulkhead({ clock, maxConcurrent: 1 }),
} satisfies Record<string, (clock: Clock) => Policy>

type Name = keyof typeof factories

const names = Object.keys(factories) as Name[]

/** A pipeline of all five that begins with `first`, so that each is once outside and once inside of each other. */
function rotated(first: Name): readonly Name[] {
  const index = names.indexOf(first)
  return [...names.slice(index), ...names.slice(0, index)]
}

const make = (name: Name, clock: Clock): Policy => factories[name](clock)

/** The five policies, each alone, as the outermost of a pipeline of five, and inside `keyed`. */
export const placements: readonly Placement[] = names.flatMap(name => [
  { title: `${name} alone`, make: clock => make(name, clock) },
  {
    title: `a pipeline of five, ${name} outermost`,
    make: clock => pipeline(...rotated(name).map(member => make(member, clock))),
  },
  { title: `${name} inside keyed`, make: clock => keyed({ clock, by: () => 'key', make: () => make(name, clock) }) },
])
