import { install } from '@sinonjs/fake-timers'
import { vi } from 'vitest'

/** What the global timers and `performance` go by while a test runs. */
export interface Time {
  readonly title: string
  readonly install: () => void
  /** Lets `ms` pass, at least: all timers of at most `ms` that were set before have run then. */
  readonly advance: (ms: number) => Promise<void>
  /** Timers set since `install` that have neither run nor been cleared. */
  readonly pendingTimers: () => number
  readonly uninstall: () => void
}

function timeOfVitest(): Time {
  return {
    title: 'the fake timers of vitest',
    install: () => void vi.useFakeTimers(),
    advance: async ms => void (await vi.advanceTimersByTimeAsync(ms)),
    pendingTimers: () => vi.getTimerCount(),
    uninstall: () => void vi.useRealTimers(),
  }
}

function timeOfSinon(): Time {
  let clock: ReturnType<typeof install> | undefined
  return {
    title: 'the fake timers of sinon',
    install: () => {
      // Not `nextTick`: by that, the process of the test talks to its runner.
      clock = install({
        toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date', 'performance'],
      })
    },
    advance: async ms => void (await clock?.tickAsync(ms)),
    pendingTimers: () => clock?.countTimers() ?? 0,
    uninstall: () => {
      clock?.uninstall()
      clock = undefined
    },
  }
}

/** The timers of the platform, counted: code that looks the globals up at each call cannot tell the difference. */
function realTime(): Time {
  const { setTimeout: start, clearTimeout: clear } = globalThis
  const pending = new Set<unknown>()
  const wait = (ms: number): Promise<void> =>
    new Promise(resolve => {
      start(resolve, ms)
    })
  return {
    title: 'real time',
    install: () => {
      const counting = (callback: () => void, ms?: number): unknown => {
        const timer = start(() => {
          pending.delete(timer)
          callback()
        }, ms)
        pending.add(timer)
        return timer
      }
      globalThis.setTimeout = counting as typeof setTimeout
      globalThis.clearTimeout = timer => {
        pending.delete(timer)
        clear(timer)
      }
    },
    advance: async ms => {
      const endMs = performance.now() + ms
      // A timer of Node's may run up to a millisecond early, by the clock.
      for (let leftMs = ms; leftMs > 0; leftMs = endMs - performance.now()) await wait(leftMs)
    },
    pendingTimers: () => pending.size,
    uninstall: () => {
      globalThis.setTimeout = start
      globalThis.clearTimeout = clear
      pending.clear()
    },
  }
}

/** Times that stand still until they are told to go on. */
export const fakeTimes: readonly Time[] = [timeOfVitest(), timeOfSinon()]

export const real: Time = realTime()

export const times: readonly Time[] = [...fakeTimes, real]
