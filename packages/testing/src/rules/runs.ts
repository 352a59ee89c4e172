import type { AnyPolicy, Call, Operation, RunOptions } from '@holdfast/core'
import type { VirtualClock } from '../virtual-clock.ts'
import { mustBe } from './must.ts'
import type { Trial } from './trial.ts'

/** How a run has ended. */
export type Ending = { readonly value: unknown } | { readonly error: unknown }

/** Listens to a run at once, so that its rejection never counts as unhandled. */
export function endingOf(run: Promise<unknown>): Promise<Ending> {
  return run.then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
}

/** What a run must have rejected with. */
export async function mustReject(what: string, run: Promise<Ending>, expected: unknown): Promise<void> {
  mustBe(what, rejectionIn(await run), expected)
}

/** What a run rejected with, or words that say what it did instead. */
export function rejectionIn(ending: Ending | undefined): unknown {
  if (ending === undefined) return 'nothing: it goes on'
  return 'error' in ending ? ending.error : `the value ${String(ending.value)}`
}

/** The members of what a run rejected with, whatever that was. */
export function membersIn(ending: Ending): Readonly<Record<string, unknown>> {
  return Object(rejectionIn(ending)) as Record<string, unknown>
}

/** What a run must have answered. */
export async function mustAnswer(what: string, run: Promise<Ending>, expected: unknown): Promise<void> {
  mustBe(what, answerIn(await run), expected)
}

/** What a run answered, or what it rejected with instead. */
export function answerIn(ending: Ending): unknown {
  return 'value' in ending ? ending.value : ending.error
}

/** How a run has ended without that any time passes; undefined if it has not. */
export async function endingNow(clock: VirtualClock, run: Promise<Ending>): Promise<Ending | undefined> {
  let ending: Ending | undefined
  void run.then(found => {
    ending = found
  })
  await clock.settle()
  return ending
}

/** Work that goes on until it is told to end, or its signal aborts. */
export interface OpenWork {
  readonly operation: Operation<unknown>
  readonly calls: Call[]
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** `isDeaf`: it does not listen to its signal. */
export function openWork({ isDeaf = false }: { readonly isDeaf?: boolean } = {}): OpenWork {
  const calls: Call[] = []
  const ends: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = []
  const operation = (call: Call): Promise<unknown> => {
    calls.push(call)
    return new Promise((resolve, reject) => {
      ends.push({ resolve, reject })
      if (!isDeaf) call.signal.addEventListener('abort', () => reject(call.signal.reason as Error))
    })
  }
  return {
    operation,
    calls,
    resolve: value => {
      for (const end of ends) end.resolve(value)
    },
    reject: error => {
      for (const end of ends) end.reject(error)
    },
  }
}

/** Fails with `error` on its first call, and answers `value` on all later ones. */
export function failingOnce(fail: () => Promise<never>, value: unknown): Operation<unknown> & { calls: number } {
  const operation = (): unknown => {
    operation.calls++
    return operation.calls === 1 ? fail() : value
  }
  operation.calls = 0
  return operation
}

/**
 * All that can be seen of a policy by running it: what happens in four runs that fail and one that succeeds. Two
 * policies that count the same behave the same.
 */
export async function behaviourOf(policy: AnyPolicy, clock: VirtualClock): Promise<string[]> {
  const log: string[] = []
  const stop = policy.subscribe((event: { type: string }) => log.push(event.type))
  const down = new Error('down')
  for (let number = 1; number <= 5; number++) {
    const run = policy.run(() => {
      log.push(`call in run ${number}`)
      return number === 5 ? 'up' : Promise.reject(down)
    })
    const ended = endingOf(run)
    await clock.runAll()
    const ending = await ended
    if ('value' in ending) log.push(`value ${String(ending.value)}`)
    else log.push(ending.error === down ? 'down' : String((ending.error as { code?: unknown } | undefined)?.code))
  }
  stop()
  return log
}

/** Must let as many operations run at once as it should, and no more. */
export async function mustHaveAllPlaces({ subject, clock }: Trial, policy: AnyPolicy): Promise<void> {
  const places = subject.maxConcurrent ?? 3
  const work = openWork()
  const controller = new AbortController()
  const tries = subject.maxConcurrent === undefined ? places : places + 1
  const options: RunOptions = { signal: controller.signal }
  const ends = Array.from({ length: tries }, () => endingOf(policy.run(work.operation, options)))
  await clock.settle()
  mustBe('operations that run at once', work.calls.length, places)
  controller.abort()
  await Promise.all(ends)
  await clock.settle()
}
