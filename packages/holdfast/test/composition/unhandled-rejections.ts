import process from 'node:process'
import { afterEach, beforeEach } from 'vitest'

/** The rejections of a test that nobody handled, for the tests of the file that calls this. */
export function unhandledRejections(): readonly unknown[] {
  const unhandled: unknown[] = []
  const listen = (error: unknown): unknown => unhandled.push(error)
  beforeEach(() => {
    unhandled.length = 0
    process.on('unhandledRejection', listen)
  })
  afterEach(() => {
    process.off('unhandledRejection', listen)
  })
  return unhandled
}
