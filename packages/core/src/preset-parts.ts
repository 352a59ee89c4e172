import { type Rule, rule } from './options.ts'
import type { AnyPolicy } from './policy.ts'
import { holdfast } from './protocol.ts'

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

/** An option that says how one part of a preset is: by options, by a policy in its place, or `false` for none. */
export function part<T>(what: string): Rule<T> {
  return rule(`${what}, a policy or false`, value => value === false || isObject(value), {} as T)
}

/** One part of a preset: nothing, the policy that was given, or one by the options that were given. */
export function made<Options extends object>(
  given: Options | AnyPolicy | false,
  make: (options: Options) => AnyPolicy,
): AnyPolicy | undefined {
  if (given === false) return undefined
  return holdfast in given ? given : make(given)
}

/** The options of a preset, with what was given in their place. As everywhere, undefined is the default. */
export function chosen<Defaults extends object, Given extends object>(
  defaults: Defaults,
  given: Given,
): Defaults & Given {
  const named = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...defaults, ...(Object.fromEntries(named) as Given) }
}
