import { type Clock, systemClock } from './clock.ts'
import { headerOf, type WithHeaders } from './headers.ts'

/** Tells a server how many milliseconds its caller will go on waiting for it. */
export const DEADLINE_HEADER = 'holdfast-deadline-ms'

/** Until when an answer is wanted. A `Call` is one, too. */
export interface Deadline {
  /** Milliseconds that are left, at least 0; Infinity where there is no end. */
  remainingMs(): number
}

/** Options of `deadlineFrom`. */
export interface DeadlineOptions {
  /** Where time comes from. Default: the clock of the platform. */
  readonly clock?: Clock | undefined
}

/**
 * The deadline that the caller of a server has sent in `Holdfast-Deadline-Ms`, counted from now: read it as soon as the
 * request is there, and hand it on to what is called for it. Without the header, or with anything but one to nine
 * digits in it, there is no end. Read it only of callers that you trust to cut their own work short.
 *
 * @example
 * const deadline = deadlineFrom(request)
 * const stock = await api('https://stock.example/kelp', { deadline })
 */
export function deadlineFrom(request: WithHeaders, { clock = systemClock }: DeadlineOptions = {}): Deadline {
  const sent = headerOf(request.headers, DEADLINE_HEADER) ?? ''
  if (!/^\d{1,9}$/.test(sent)) return { remainingMs: () => Infinity }
  const deadlineMs = clock.nowMs() + Number(sent)
  return { remainingMs: () => Math.max(0, deadlineMs - clock.nowMs()) }
}
