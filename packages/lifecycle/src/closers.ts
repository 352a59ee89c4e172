import type { Clock } from '@holdfast/core'
import { promised, startTimer } from '@holdfast/core/kernel'

export interface Closer {
  readonly name: string
  readonly close: () => unknown
}

/** How a closer ended. */
export interface Closed {
  readonly name: string
  readonly outcome: 'closed' | 'failed' | 'hung'
  readonly error?: unknown
}

/**
 * Runs closers one after the other. Each may take an equal share of the time that is left, so that one that hangs keeps
 * none of the others from being run.
 */
export async function closeAll(closers: readonly Closer[], closeMs: number, clock: Clock): Promise<Closed[]> {
  const deadlineMs = clock.nowMs() + closeMs
  const ends: Closed[] = []
  for (const [index, closer] of closers.entries()) {
    const leftMs = Math.max(0, deadlineMs - clock.nowMs())
    ends.push(await closed(closer, leftMs / (closers.length - index), clock))
  }
  return ends
}

function closed({ name, close }: Closer, limitMs: number, clock: Clock): Promise<Closed> {
  return new Promise(resolve => {
    const timer = startTimer(clock, () => resolve({ name, outcome: 'hung' }), limitMs)
    const settle = (end: Closed): void => {
      clock.clearTimeout(timer)
      resolve(end)
    }
    promised(close).then(
      () => settle({ name, outcome: 'closed' }),
      (error: unknown) => settle({ name, outcome: 'failed', error }),
    )
  })
}
