import process from 'node:process'
import { virtualClock } from '@holdfast/testing'

/** What `act` leaves unhandled, once all promises have settled. */
export async function unhandledRejectionsOf(act: () => unknown): Promise<unknown[]> {
  const unhandled: unknown[] = []
  const listener = (reason: unknown): unknown => unhandled.push(reason)
  process.on('unhandledRejection', listener)
  try {
    await act()
    // Node looks for unhandled rejections after each turn of the event loop.
    await virtualClock().settle()
    await virtualClock().settle()
  } finally {
    process.off('unhandledRejection', listener)
  }
  return unhandled
}
