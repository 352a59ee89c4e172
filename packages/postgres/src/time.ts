import type { Clock } from '@holdfast/core'
import { startTimer } from '@holdfast/core/kernel'

/** What `promise` brings; `late` if that takes longer than `limitMs`. */
export async function within<T, Late>(
  clock: Clock,
  limitMs: number,
  promise: Promise<T>,
  late: Late,
): Promise<T | Late> {
  let timer: unknown
  const passed = new Promise<Late>(resolve => {
    timer = startTimer(clock, () => resolve(late), limitMs)
  })
  try {
    return await Promise.race([promise, passed])
  } finally {
    clock.clearTimeout(timer)
  }
}

export async function paused(clock: Clock, pauseMs: number): Promise<undefined> {
  await new Promise<void>(resolve => {
    clock.setTimeout(resolve, pauseMs)
  })
  return undefined
}
