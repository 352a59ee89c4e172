/** What an error says of itself: it may be of any library. */
export type ErrorLike = Readonly<Record<string, unknown>>

/** How far causes are followed, and how many errors are looked at: both come from outside. */
const DEEPEST = 10
const MOST = 100

/** An error, then its causes and what it is made of, such as one for each address that was tried, then theirs. */
export function* levelsOf(error: unknown): Generator<readonly ErrorLike[]> {
  const seen = new Set<unknown>()
  let level = [error]
  for (let depth = 0; depth < DEEPEST; depth++) {
    const errors = level.filter(isErrorLike).filter(each => !seen.has(each) && seen.size < MOST && seen.add(each))
    if (errors.length === 0) return
    yield errors
    level = errors.flatMap(({ cause, errors: parts }) => [...(Array.isArray(parts) ? firstOf(parts) : []), cause])
  }
}

const firstOf = (parts: readonly unknown[]): readonly unknown[] => parts.slice(0, MOST)

const isErrorLike = (error: unknown): error is ErrorLike => typeof error === 'object' && error !== null
