import { type VirtualClock, virtualClock } from '@holdfast/testing'
import { constant, pipeline, retry, timeout } from 'holdfast'

export interface Work {
  readonly fromMs: number
  readonly toMs: number
  readonly isCut: boolean
}

/** A request that goes from a client by way of a service to a dependency, which would take 900 ms. */
export interface Chain {
  readonly clientMs: number
  readonly attempts: readonly Work[]
  readonly works: readonly Work[]
}

interface Limits {
  readonly clientMs: number
  readonly totalMs: number
  readonly attemptMs: number
  /** Whether each tells the next how long it will still wait. */
  readonly tellsDeadlines: boolean
}

export async function wellNested(): Promise<Chain> {
  return chain({ clientMs: 1_000, totalMs: 900, attemptMs: 400, tellsDeadlines: true })
}

export async function badlyNested(): Promise<Chain> {
  return chain({ clientMs: 500, totalMs: 2_000, attemptMs: 800, tellsDeadlines: false })
}

async function chain({ clientMs, totalMs, attemptMs, tellsDeadlines }: Limits): Promise<Chain> {
  const clock = virtualClock()
  const startMs = clock.nowMs()
  const nowMs = (): number => clock.nowMs() - startMs
  const attempts: Work[] = []
  const works: Work[] = []
  const client = timeout({ timeoutMs: clientMs, clock })
  const service = pipeline(
    timeout({ timeoutMs: totalMs, clock }),
    retry({ maxAttempts: 2, backoff: constant({ delayMs: 50, jitter: 'none' }), clock }),
    timeout({ timeoutMs: attemptMs, clock }),
  )
  const dependency = timeout({ timeoutMs: 900, clock })

  // Each is a process of its own: what one knows of another's limits it has been told.
  const answer = client.run(request =>
    service.run(
      async call => {
        const fromMs = nowMs()
        const given = tellsDeadlines ? call.remainingMs() - 50 : 900
        void noted(
          works,
          nowMs,
          dependency.run(() => lasts(clock, 900), { timeoutMs: given }),
        )
        call.signal.addEventListener('abort', () => attempts.push({ fromMs, toMs: nowMs(), isCut: true }))
        await new Promise(() => {})
      },
      tellsDeadlines ? { timeoutMs: request.remainingMs() - 50 } : {},
    ),
  )
  const ended = answer.catch(() => nowMs())
  await Promise.all([ended, clock.runAll()])
  return { clientMs: Number(await ended), attempts, works }
}

async function noted(works: Work[], nowMs: () => number, work: Promise<unknown>): Promise<void> {
  const fromMs = nowMs()
  const isCut = await work.then(
    () => false,
    () => true,
  )
  works.push({ fromMs, toMs: nowMs(), isCut })
}

function lasts(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise(resolve => {
    clock.setTimeout(resolve, ms)
  })
}
