import process from 'node:process'

/** Answers a callback. What it throws is nobody's rejection: it ends the process, as with `pg`. */
export function tell<T>(result: Promise<T>, callback: (error: Error | null, value?: T) => void): void {
  result.then(
    value => process.nextTick(callback, null, value),
    (error: unknown) => process.nextTick(callback, error),
  )
}
