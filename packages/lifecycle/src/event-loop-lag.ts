/// <reference lib="esnext.disposable" preserve="true" />
import type { Clock } from '@holdfast/core'
import { clockRule, numeric, readOptions, unref } from '@holdfast/core/kernel'

/** Options of `eventLoopLag`. */
export interface EventLoopLagOptions {
  /** How long a delay is remembered: each such time it counts for a third. In milliseconds, at least 100. Default 500. */
  readonly windowMs?: number | undefined
  /** How often the delay is measured, in milliseconds, at least 1. Default 20. */
  readonly sampleMs?: number | undefined
  /** Where time comes from. Default: the clock of the platform. */
  readonly clock?: Clock | undefined
}

/** What `eventLoopLag` makes: a measurement that goes on until it is closed. */
export interface EventLoopLag {
  /** By how much timers are late, in milliseconds, averaged over the last `windowMs` or so. */
  readonly lagMs: number
  /** Measures no more. */
  readonly close: () => void
  readonly [Symbol.dispose]: () => void
}

/** Older platforms have no `Symbol.dispose`; compilers then use this one. */
const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose)

/**
 * How late the event loop is: the time that an answer waits in the socket, and a timer after its end, since the process
 * does something else. A timer measures itself, and keeps no process alive. A moment's pause hardly shows; a loop that is
 * late all the time shows after half a second; what is over is forgotten as fast.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const lag = eventLoopLag()
 * if (lag.lagMs > 100) console.warn('busy')
 */
export function eventLoopLag(options?: EventLoopLagOptions): EventLoopLag {
  const { windowMs, sampleMs, clock } = readOptions('eventLoopLag', options, {
    windowMs: finite(100, 500),
    sampleMs: finite(1, 20),
    clock: clockRule(),
  })
  // Not `monitorEventLoopDelay`: it does not record what comes first after a reset, so a loop that is late by more than
  // the window would look idle.
  let averageMs = 0
  let sampledMs = clock.nowMs()
  let timer: unknown

  /** An average weighted by time: a delay counts for as long as it took. */
  const averageAt = (nowMs: number): number => {
    const elapsedMs = Math.max(0, nowMs - sampledMs)
    const lateMs = Math.max(0, elapsedMs - sampleMs)
    return averageMs + (lateMs - averageMs) * (1 - Math.exp(-elapsedMs / windowMs))
  }
  const sample = (): void => {
    const nowMs = clock.nowMs()
    averageMs = averageAt(nowMs)
    start(nowMs)
  }
  const start = (nowMs: number): void => {
    sampledMs = nowMs
    timer = clock.setTimeout(sample, sampleMs)
    unref(timer)
  }
  start(sampledMs)

  const close = (): void => {
    clock.clearTimeout(timer)
    timer = undefined
  }
  return {
    // Requests of the same turn as a long task come before the timer that would tell of it.
    get lagMs() {
      return timer === undefined ? 0 : Math.max(averageMs, averageAt(clock.nowMs()))
    },
    close,
    [dispose]: close,
  }
}

const finite = (min: number, fallback: number) =>
  numeric(`a number of milliseconds, at least ${min}`, value => value >= min && value < 2 ** 31, fallback)
