import { settle } from '../virtual-clock.ts'

/** More turns of the event loop than any check takes: nothing but the check lets time pass, so what goes on then hangs. */
const MOST_TURNS = 10_000

/** Rejects when `check` waits for what never comes, such as the end of a run. */
export async function inTime(check: Promise<void>): Promise<void> {
  let hasEnded = false
  const ended = check.finally(() => {
    hasEnded = true
  })
  await Promise.race([ended, stall(() => hasEnded)])
}

async function stall(hasEnded: () => boolean): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS && !hasEnded(); turn++) await settle()
  if (!hasEnded()) throw new Error('a run: expected its end, got nothing: it goes on, and no time is left to pass')
}
