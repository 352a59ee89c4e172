import { exploreSchedules, type Schedule } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { failureOf } from './schedule-failure.ts'

/** Takes a slot a microtask after it was handed over: a newcomer may take it in between. */
function semaphoreWithRace() {
  let active = 0
  const waiting: (() => void)[] = []
  return async (work: () => Promise<unknown>): Promise<void> => {
    if (active === 1) {
      await new Promise<void>(resolve => {
        waiting.push(resolve)
      })
    }
    active++
    try {
      await work()
    } finally {
      active--
      waiting.shift()?.()
    }
  }
}

async function stealsSlot({ soon }: Schedule): Promise<void> {
  const semaphore = semaphoreWithRace()
  let running = 0
  const work = (label: string) => async (): Promise<void> => {
    expect(++running).toBe(1)
    await soon(label, () => {})
    running--
  }
  await Promise.all([
    semaphore(work('first')),
    semaphore(work('second')),
    soon('newcomer', () => semaphore(work('third'))),
  ])
}

/** Looks at the signal only while it waits: an abort between the timer and the next call is missed. */
async function callsAfterAbort({ clock, soon }: Schedule): Promise<void> {
  const { signal, ...controller } = abortable()
  const wait = new Promise<void>((resolve, reject) => {
    const timer = clock.setTimeout(resolve, 100)
    signal.addEventListener('abort', () => {
      clock.clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
  const again = wait.then(() => expect(signal.aborted).toBe(false))
  again.catch(() => {})
  await soon('abort', () => controller.abort())
  await again.catch((error: unknown) => {
    if (error !== signal.reason) throw error
  })
}

function abortable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

describe.each([
  ['a slot that a newcomer steals between hand-over and start', stealsSlot],
  ['an abort that is missed between a timer and what follows it', callsAfterAbort],
])('%s', (_, scenario) => {
  it('is found', async () => {
    await expect(exploreSchedules(scenario)).rejects.toThrow(/^exploreSchedules: seed \d+ fails: expected/)
  })

  it('is found again by its seed', async () => {
    const found = await failureOf(scenario, {})
    const seed = Number(/seed (\d+)/.exec(found.message)?.[1])

    await expect(exploreSchedules(scenario, { seed })).rejects.toThrow(found.message)
  })

  it('is no matter of every schedule', async () => {
    const outcomes = Array.from({ length: 50 }, (__, seed) =>
      exploreSchedules(scenario, { seed }).then(
        () => 'passes',
        () => 'fails',
      ),
    )

    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['passes', 'fails']))
  })
})
