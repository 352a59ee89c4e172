import process from 'node:process'
import { virtualClock } from '@holdfast/testing'

/** What `act` leaves unhandled, once all promises have settled. No other listener hears of it meanwhile. */
export async function unhandledRejectionsOf(act: () => unknown): Promise<unknown[]> {
  const unhandled: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', reason => unhandled.push(reason))
  try {
    await act()
    // Node looks for unhandled rejections after each turn of the event loop.
    await virtualClock().settle()
    await virtualClock().settle()
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const listener of others) process.on('unhandledRejection', listener)
  }
  return unhandled
}
