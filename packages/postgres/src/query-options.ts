import type { CallContext } from '@holdfast/core'
import { isAbortSignal, limit, type Rule, readOptions, rule } from '@holdfast/core/kernel'

/** What a caller may ask of one query or transaction. */
export interface WorkOptions {
  /** Ends it at once when it aborts, with the signal's own reason. What runs is cancelled on the server. */
  readonly signal?: AbortSignal | undefined
  /** Its limit in milliseconds, above 0; that of the pool holds, too. Default Infinity. */
  readonly timeoutMs?: number | undefined
  /** A deadline of the caller's own, such as `deadlineFrom(request)` of `@holdfast/fetch` says, or a `Call`. */
  readonly deadline?: { readonly remainingMs: () => number } | undefined
  /** What predicates and listeners find as `call.context`. */
  readonly context?: CallContext | undefined
  /**
   * Says that it changes nothing, so that it may be repeated whatever became of it; a transaction is opened `READ ONLY`.
   * Default `false`: SQL text cannot tell.
   */
  readonly readOnly?: boolean | undefined
}

/** What a query may ask for. */
export interface QueryOptions extends WorkOptions {}

/** How much a transaction sees of others that run at the same time. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

/** What a transaction may ask for. */
export interface TransactionOptions extends WorkOptions {
  /** How much it sees of others. Default: as the server has it, which is `read committed` unless it was told otherwise. */
  readonly isolation?: Isolation | undefined
  /** For one that is serializable and read-only: it waits for a moment in which it cannot fail. Default `false`. */
  readonly deferrable?: boolean | undefined
  /** SQLSTATEs to repeat the transaction on, besides those of `classify`, such as `23505` for a number that is drawn anew. Default none. */
  readonly retryOn?: readonly string[] | undefined
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
const isBoolean = (value: unknown): boolean => typeof value === 'boolean'

const isDeadline = (value: unknown): boolean =>
  isObject(value) && typeof (value as { remainingMs?: unknown }).remainingMs === 'function'

const isStates = (value: unknown): boolean =>
  Array.isArray(value) && value.every(each => typeof each === 'string' && /^[0-9A-Z]{5}$/.test(each))

const isolations: readonly Isolation[] = ['read committed', 'repeatable read', 'serializable']

/** The options of a query, as read. */
export interface ReadQueryOptions {
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number
  readonly deadline: WorkOptions['deadline']
  readonly context: CallContext | undefined
  readonly readOnly: boolean
}

/** The options of a transaction, as read. */
export interface ReadTransactionOptions extends ReadQueryOptions {
  readonly isolation: Isolation | undefined
  readonly deferrable: boolean
  readonly retryOn: readonly string[]
}

type Rules<Options> = { readonly [Key in keyof Options]: Rule<Options[Key]> }

const queryRules: Rules<ReadQueryOptions> = {
  signal: rule<AbortSignal | undefined>('an AbortSignal', isAbortSignal, undefined),
  timeoutMs: limit(Infinity),
  deadline: rule<WorkOptions['deadline']>('an object with remainingMs', isDeadline, undefined),
  context: rule<CallContext | undefined>('an object', isObject, undefined),
  readOnly: rule<boolean>('true or false', isBoolean, false),
}

const transactionRules: Rules<ReadTransactionOptions> = {
  ...queryRules,
  isolation: rule<Isolation | undefined>(
    isolations.map(each => `"${each}"`).join(' or '),
    value => isolations.includes(value as Isolation),
    undefined,
  ),
  deferrable: rule<boolean>('true or false', isBoolean, false),
  retryOn: rule<readonly string[]>('an array of SQLSTATEs, such as "23505"', isStates, []),
}

const noOptions: ReadQueryOptions = readOptions('query', undefined, { ...queryRules })
const noTransactionOptions: ReadTransactionOptions = readOptions('transaction', undefined, { ...transactionRules })

/** Throws a `TypeError` or `RangeError` for what makes no sense. */
export function readQueryOptions(name: string, options: QueryOptions | undefined): ReadQueryOptions {
  return options === undefined ? noOptions : read(`${name}: query`, options, queryRules)
}

/** Throws a `TypeError` or `RangeError` for what makes no sense. */
export function readTransactionOptions(name: string, options: TransactionOptions | undefined): ReadTransactionOptions {
  return options === undefined ? noTransactionOptions : read(`${name}: transaction`, options, transactionRules)
}

/** Throws for an object that has its members from a class: an AbortController, say, in place of its signal. */
function read<Options>(subject: string, given: object | undefined, rules: Rules<Options>): Options {
  const prototype: unknown = given && Object.getPrototypeOf(given)
  if (isObject(prototype) && prototype !== Object.prototype && !Array.isArray(given)) {
    throw new TypeError(`${subject}: options must be a plain object, got an object of a class`)
  }
  return readOptions(subject, given, { ...rules }) as Options
}

/** What was asked of this one, and what it did not say as it was asked of all. */
export function merged<O extends WorkOptions>(common: WorkOptions | undefined, own: O | undefined): O | undefined {
  if (common === undefined || (own !== undefined && !isObject(own))) return own
  const said = Object.entries(own ?? {}).filter(([, value]) => value !== undefined)
  return { ...common, ...Object.fromEntries(said) } as O
}

/** The earlier of both limits, in milliseconds. */
export function limitOf(name: string, { timeoutMs, deadline }: ReadQueryOptions): number {
  if (deadline === undefined) return timeoutMs
  const remainingMs = deadline.remainingMs()
  if (Number.isNaN(remainingMs)) throw new TypeError(`${name}: remainingMs of a deadline must return a number, got NaN`)
  return Math.min(timeoutMs, remainingMs)
}
