import assert from 'node:assert/strict'
import { STALE } from '../subjects/job.ts'
import type { Soaked } from './soak-subjects.ts'
import { attempts, type Ending, endingOf, isAborted, type Kind, kindNames, kindOf } from './soak-work.ts'

/** So many calls are under way at once. Most go on without a turn of the event loop, until all of them wait for one. */
const CALLERS = 100

interface Calls {
  /** Number of the first. */
  readonly first: number
  readonly count: number
  /** Hears after each how many have ended. */
  readonly ended?: (count: number) => void
}

/** Makes calls, and fails unless each ends as it should. */
export async function makeCalls(soaked: Soaked, signal: AbortSignal, { first, count, ended }: Calls): Promise<void> {
  let begun = 0
  let done = 0
  const caller = async (): Promise<void> => {
    while (begun < count) {
      await makeCall(soaked, signal, kindOf(first + begun++))
      ended?.(++done)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
}

/** Makes a call of each kind. */
export async function proveEndings(soaked: Soaked): Promise<void> {
  const { signal } = new AbortController()
  for (const kind of kindNames) await makeCall(soaked, signal, kind)
}

async function makeCall(soaked: Soaked, signal: AbortSignal, kind: Kind): Promise<void> {
  const own = isAborted(kind) ? abortedSoon(signal) : undefined
  let attempt = 0
  const answer = soaked.run(call => attempts[kind](++attempt, call), own?.signal ?? signal)
  const ending = await endOf(answer)
  own?.leave()
  const expected = own === undefined ? endingOf(kind) : soaked.whenAborted
  if (ending !== expected) assert.fail(`a call of the kind ${kind} ended ${ending}`)
}

async function endOf(answer: Promise<unknown>): Promise<Ending> {
  try {
    return (await answer) === STALE ? 'stale' : 'fresh'
  } catch {
    return 'aborted'
  }
}

/** A signal of its own for a caller who gives up soon. It also follows the one for all. */
function abortedSoon(signal: AbortSignal) {
  const controller = new AbortController()
  const follow = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', follow)
  setImmediate(() => controller.abort())
  return { signal: controller.signal, leave: () => signal.removeEventListener('abort', follow) }
}
