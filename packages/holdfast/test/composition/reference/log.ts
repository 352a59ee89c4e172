import { ScriptedError } from './plan.ts'

/** One thing that happened. Of a transition of a breaker, no run is known. */
export interface Entry {
  readonly atMs: number
  readonly run: number | undefined
  readonly type: string
  readonly [fact: string]: unknown
}

export type Facts = { readonly type: string; readonly [fact: string]: unknown }

/** What can be seen of a plan that was played. */
export interface Played {
  readonly log: readonly Entry[]
  /** What the breakers and bulkheads say of themselves in the end. */
  readonly states: readonly unknown[]
}

/** What is told by work that was given up on, beside what goes on in its run. */
const LATE = ['timeout.settledLate', 'bulkhead.reclaimed', 'discard']

/**
 * The log in an order that does not depend on what is not promised: runs that do something in the same instant come one
 * after the other, and what ends late after what goes on. Errors are described, and numbered to show which are the same.
 */
export function readable(log: readonly Entry[]): unknown[] {
  const numbers = new Map<unknown, number>()
  const described = (fact: unknown): unknown => {
    if (!(fact instanceof Error)) return fact
    if (!numbers.has(fact)) numbers.set(fact, numbers.size)
    return `${wordsOf(fact)} #${numbers.get(fact)}`
  }
  const instants = [...new Set(log.map(({ atMs }) => atMs))]
  return instants
    .flatMap(instant => inOrder(log.filter(({ atMs }) => atMs === instant)))
    .map(entry => Object.fromEntries(Object.entries(entry).map(([name, fact]) => [name, described(fact)])))
}

function inOrder(instant: readonly Entry[]): readonly Entry[] {
  const runs = new Set(instant.map(({ run }) => run).filter(run => run !== undefined))
  const strand = ({ run, policy }: Entry): string => {
    if (runs.size < 2) return ''
    return run === undefined ? `transitions of ${String(policy)}` : `run ${run}`
  }
  const strands = [...new Set(instant.map(strand))].toSorted()
  return strands.flatMap(name => {
    const own = instant.filter(entry => strand(entry) === name)
    const kinds = own.map(({ type, value }) => (LATE.includes(type) ? `${type} ${String(value)}` : ''))
    return [...new Set(kinds)].toSorted().flatMap(kind => own.filter((_, index) => kinds[index] === kind))
  })
}

const FACTS = ['code', 'policy', 'timeoutMs', 'retryAfterMs', 'isolated', 'active', 'queued']

function wordsOf(error: Error): string {
  if (error instanceof ScriptedError) return error.message
  const facts = FACTS.map(name => (error as unknown as Record<string, unknown>)[name])
  const words = facts.filter(fact => fact !== undefined).map(String)
  return words.length > 0 ? words.join(' ') : String(error)
}
