import { setTimeout } from 'node:timers/promises'

/** Calls that are made without a pause, each with a number of its own, until they are stopped. */
export interface Traffic<T> {
  /** Resolves when so many more have been answered with a value. */
  answered(count: number): Promise<void>
  /** Resolves with what became of all, in the order of their numbers, when the last has settled. */
  stop(): Promise<readonly PromiseSettledResult<T>[]>
}

const PAUSE_MS = 5

/** Keeps `width` calls going at once. */
export function traffic<T>(width: number, call: (number: number) => Promise<T>): Traffic<T> {
  const results: PromiseSettledResult<T>[] = []
  let watchers: ((settled: PromiseSettledResult<T>) => void)[] = []
  const state = { isStopped: false }
  let calls = 0

  const lane = async (): Promise<void> => {
    while (!state.isStopped) {
      const number = calls++
      const [settled] = await Promise.allSettled([call(number)])
      results[number] = settled
      for (const watch of watchers) watch(settled)
      // A breaker that is open answers at once: nothing else would ever run.
      if (settled.status === 'rejected') await setTimeout(PAUSE_MS)
    }
  }
  const lanes = Array.from({ length: width }, lane)
  return {
    answered(count) {
      let missing = count
      return new Promise(resolve => {
        const watch = ({ status }: PromiseSettledResult<T>): void => {
          missing -= Number(status === 'fulfilled')
          if (missing > 0) return
          watchers = watchers.filter(other => other !== watch)
          resolve()
        }
        watchers.push(watch)
      })
    },
    async stop() {
      state.isStopped = true
      await Promise.all(lanes)
      return results
    },
  }
}
