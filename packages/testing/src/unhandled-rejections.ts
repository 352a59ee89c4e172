import { virtualClock } from './virtual-clock.ts'

type Listener = (reason: unknown) => void

interface ProcessEvents {
  listeners(event: 'unhandledRejection'): Listener[]
  removeAllListeners(event: 'unhandledRejection'): void
  on(event: 'unhandledRejection', listener: Listener): void
}

// As an object of no known type: where the types of Node are, theirs differ.
const platform: object = globalThis
const process = Reflect.get(platform, 'process') as Partial<ProcessEvents> | undefined
const events = typeof process?.on === 'function' ? (process as ProcessEvents) : undefined

/**
 * The rejections that `act` leaves unhandled once all promises have settled. No other listener of the process hears of
 * them meanwhile. Rejects with what `act` throws, and with an `Error` where the platform tells of none.
 *
 * @example
 * expect(await unhandledRejectionsOf(() => policy.run(work).catch(() => {}))).toEqual([])
 */
export async function unhandledRejectionsOf(act: () => unknown): Promise<unknown[]> {
  if (events === undefined) throw new Error('unhandledRejectionsOf: this platform has no process that tells of them')
  const unhandled: unknown[] = []
  const others = events.listeners('unhandledRejection')
  events.removeAllListeners('unhandledRejection')
  events.on('unhandledRejection', reason => unhandled.push(reason))
  try {
    await act()
    // Node looks for unhandled rejections after each turn of the event loop.
    await virtualClock().settle()
    await virtualClock().settle()
  } finally {
    events.removeAllListeners('unhandledRejection')
    for (const listener of others) events.on('unhandledRejection', listener)
  }
  return unhandled
}
