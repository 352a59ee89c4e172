import { type Clock, systemClock } from './clock.ts'
import { clean, show } from './text.ts'

/** What one option accepts. */
export interface Rule<T> {
  /** Completes `must be …` in the message: `an integer of at least 1`. */
  readonly expected: string
  /** Whether a value will do. */
  accepts(value: unknown): boolean
  /** A value of this type that is not accepted is out of range, any other is of the wrong type. */
  readonly type?: 'number' | 'string'
  /** What the option is when it is left out or undefined. Without this member, the option is required. */
  readonly fallback?: T
}

type Rules = Readonly<Record<string, Rule<unknown>>>

/** The values of options, by the rules that they were read by. */
export type Read<R> = { readonly [Key in keyof R]: R[Key] extends Rule<infer T> ? T : never }

/** The options that every policy has. */
export interface CommonOptions {
  /** Who speaks in errors and events; 120 characters are kept, no control characters. Default: the kind of the policy. */
  readonly name?: string | undefined
  /** Where time comes from, the same for all members of a pipeline. Default: the clock of the platform. */
  readonly clock?: Clock | undefined
  /** Asked at each call; while it says false, calls pass as if the policy were not there. Default: always true. */
  readonly enabled?: (() => boolean) | undefined
}

/** What a policy knows of itself, from its common options. */
export interface Identity {
  /** What kind of policy it is, such as `retry`. */
  readonly kind: string
  /** Who speaks in errors and events. */
  readonly name: string
  /** Where its time comes from. */
  readonly clock: Clock
  /** The lever of the option `enabled`; undefined where it is always on. */
  readonly enabled: (() => boolean) | undefined
}

/** What `accepts` says yes to. With a third argument the option may be left out, and is then that. */
export function rule<T>(expected: string, accepts: (value: unknown) => boolean, ...fallback: [] | [T]): Rule<T> {
  return fallback.length === 0 ? { expected, accepts } : { expected, accepts, fallback: fallback[0] }
}

/** A number that `accepts` says yes to. */
export function numeric(
  expected: string,
  accepts: (value: number) => boolean,
  ...fallback: [] | [number]
): Rule<number> {
  const isAccepted = (value: unknown): boolean => typeof value === 'number' && accepts(value)
  return { ...rule(expected, isAccepted, ...fallback), type: 'number' }
}

/** An integer of at least `min`, or Infinity. */
export function integer(min: number, ...fallback: [] | [number]): Rule<number> {
  const accepts = (value: number): boolean => value >= min && (Number.isInteger(value) || value === Infinity)
  return numeric(`an integer of at least ${min}`, accepts, ...fallback)
}

/** Milliseconds, at least `min`; Infinity is no limit. */
export function duration(min: number, ...fallback: [] | [number]): Rule<number> {
  return numeric(`a number of milliseconds, at least ${min}`, value => value >= min, ...fallback)
}

/** Milliseconds above 0; Infinity is no limit. */
export function limit(...fallback: [] | [number]): Rule<number> {
  return numeric('a number of milliseconds above 0', value => value > 0, ...fallback)
}

/** A function that may be left out. */
export function optionalFunction<F>(): Rule<F | undefined> {
  return rule<F | undefined>('a function', value => typeof value === 'function', undefined)
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[], fallback: NoInfer<Word>): Rule<Word> {
  const expected = words.map(word => `"${word}"`).join(' or ')
  return { ...rule<Word>(expected, value => words.includes(value as Word), fallback), type: 'string' }
}

/** A clock; that of the platform where it is left out. */
export function clockRule(): Rule<Clock> {
  return rule('a clock with nowMs, epochMs, setTimeout and clearTimeout', isClock, systemClock)
}

const isObject = (value: unknown): value is { readonly name?: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isName = (value: unknown): boolean => typeof value === 'string' && clean(value) !== ''

const isClock = (value: unknown): boolean =>
  ['nowMs', 'epochMs', 'setTimeout', 'clearTimeout'].every(
    method => typeof (value as Record<string, unknown> | null | undefined)?.[method] === 'function',
  )

/** `readOptions` for a policy of this kind: also what all policies have. */
export function readPolicyOptions<R extends Rules>(kind: string, given: unknown, rules: R): Read<R> & Identity {
  // A copy: reading may run code of the user's, and the name is looked at twice.
  const own = isObject(given) ? { ...given } : given
  const subject = isObject(own) && isName(own.name) ? `${kind} ${show(own.name)}` : kind
  const options = readOptions(subject, own, {
    ...rules,
    name: { ...rule('a string that is not empty', isName, kind), type: 'string' },
    clock: clockRule(),
    enabled: optionalFunction<() => boolean>(),
  })
  return { ...options, kind, name: clean(options.name as string) } as unknown as Read<R> & Identity
}

/**
 * Reads `given` once, own properties only, and checks all of it together. Throws a `RangeError` when all that is amiss
 * is out of range, and a `TypeError` when anything has the wrong type or an unknown name.
 */
export function readOptions<R extends Rules>(subject: string, given: unknown, rules: R): Read<R> {
  if (given !== undefined && !isObject(given)) {
    throw new TypeError(`${subject}: options must be an object, got ${show(given)}`)
  }
  const values = new Map<string, unknown>(Object.entries(given ?? {}))
  const read: Record<string, unknown> = {}
  const problems: string[] = []
  let isTypeError = false

  for (const [option, expectation] of Object.entries(rules)) {
    const value = values.get(option)
    if (value === undefined && Object.hasOwn(expectation, 'fallback')) read[option] = expectation.fallback
    else if (expectation.accepts(value)) read[option] = value
    else {
      problems.push(`${option} must be ${expectation.expected}, got ${show(value)}`)
      isTypeError ||= typeof value !== expectation.type
    }
    values.delete(option)
  }
  for (const option of values.keys()) {
    problems.push(`unknown option ${show(option)}, expected one of ${Object.keys(rules).join(', ')}`)
    isTypeError = true
  }
  if (problems.length === 0) return read as Read<R>
  throw new (isTypeError ? TypeError : RangeError)(`${subject}: ${problems.join('; ')}`)
}
