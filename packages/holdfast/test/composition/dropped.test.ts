import { isCollected } from '@holdfast/fixtures/garbage'
import { countCollected, virtualClock } from '@holdfast/testing'
import { observe, policies } from 'holdfast'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alone } from './dropped-alone.ts'
import { composed } from './dropped-composed.ts'
import type { Living } from './dropped-use.ts'

/** Lives on, with all that it was told. */
const observed: unknown[] = []
let stop: () => void = () => {}
beforeEach(() => {
  stop = observe({
    event: event => observed.push(withoutFrames((event as { error?: unknown }).error), event),
    around: (bracket, next) => {
      observed.push(bracket)
      return next()
    },
  })
})
afterEach(() => stop())

/** The engine holds the functions that led to an error, and what they were called on, until its trace is read. */
const withoutFrames = (error: unknown): unknown => (error instanceof Error ? error.stack : undefined)

const listed = (): string[] => [...policies()].map(({ name }) => name).filter(name => name.startsWith('dropped'))

describe.each([
  { circumstances: 'unobserved', isObserved: false },
  { circumstances: 'observed', isObserved: true },
])('what is dropped, $circumstances', ({ isObserved }) => {
  it.each([...alone, ...composed])('is freed with all that it alone was given: $name', async ({ use }) => {
    const held: unknown[] = []
    const lent: WeakRef<object>[] = []
    const living: Living = {
      clock: virtualClock(),
      controller: new AbortController(),
      hold: thing => {
        held.push(withoutFrames(thing), thing)
        return thing
      },
      lend: thing => {
        lent.push(new WeakRef(thing))
        return thing
      },
    }
    let timersLeft: number | undefined
    if (!isObserved) stop()

    const isFreed = await isCollected(async () => {
      const policy = await use(living)
      timersLeft = living.clock.pendingTimers
      // Until they would have run, this clock keeps timers that were cleared.
      await living.clock.advance(3_600_000)
      return policy
    })
    const freed = await countCollected(lent)

    expect(isFreed).toBe(true)
    expect(listed()).toEqual([])
    expect(freed).toBe(lent.length)
    expect(timersLeft).toBe(0)
    // Named last, so that they are held until here.
    expect([held, living.controller]).toHaveLength(2)
  })
})
