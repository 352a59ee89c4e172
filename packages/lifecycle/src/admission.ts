import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Bulkhead, bulkhead } from '@holdfast/bulkhead'
import type { Clock } from '@holdfast/core'
import { clockRule, duration, integer, limit, readOptions, rule, shared } from '@holdfast/core/kernel'
import { refuse } from './end-aborted.ts'
import { type EventLoopLag, eventLoopLag } from './event-loop-lag.ts'
import { isOver, type ServerAnswer, type ServerRequest, whenOver } from './exchange.ts'
import { type Refusal, unavailable } from './refusal.ts'

/** Options of `admission`. */
export interface AdmissionOptions {
  /** Requests that may be served at once: an integer of at least 1. */
  readonly maxConcurrent: number
  /** Requests that may wait: an integer of at least 0. Default 0. */
  readonly maxQueued?: number | undefined
  /** How long a request may wait, in milliseconds, at least 0. Default 1 000. */
  readonly maxWaitMs?: number | undefined
  /** By how much the event loop may be late, in milliseconds above 0. Default Infinity. */
  readonly maxLagMs?: number | undefined
  /** When a refused client may come back, in milliseconds, at least 0; sent in whole seconds. Default 1 000. */
  readonly retryAfterMs?: number | undefined
  /** Name of the bulkhead. Default `requests`. */
  readonly name?: string | undefined
  /** What tells how late the event loop is. Default: one `eventLoopLag()` for the process. */
  readonly lag?: Pick<EventLoopLag, 'lagMs'> | undefined
  /** Where time comes from. Default: the clock of the platform. */
  readonly clock?: Clock | undefined
}

/** What `admission` makes: a gate for requests. */
export interface Admission {
  /** What holds the slots: look at `active` and `queued`, or `update` it. */
  readonly bulkhead: Bulkhead
  /** Whether the event loop is too late to let anybody in. */
  readonly isLagging: boolean
  /** A listener of node:http that hands on what is let in, and answers the rest with 503. */
  readonly handle: <Request extends ServerRequest = IncomingMessage, Answer extends ServerAnswer = ServerResponse>(
    handler: (request: Request, response: Answer) => unknown,
  ) => (request: Request, response: Answer) => void
  /** Whether a request may come in: it then has a slot until its response is sent or its client gone. For frameworks. */
  readonly admits: (request: ServerRequest, response: ServerAnswer) => boolean | Promise<boolean>
  /** What to answer a request that may not. */
  readonly refusal: Refusal
}

/** Once the loop is late, it is so until the lag has fallen to this share of the limit: else it would be late by turns. */
const RECOVERED = 0.7

/**
 * Lets as many requests in as the service can serve at once, has a few wait, and answers others at once with 503 and
 * `Retry-After`, so that those inside are served in time. With `maxLagMs` it lets nobody in while the event loop is late.
 * Leave the routes of probes outside: a full service is not a dead one.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const gate = admission({ maxConcurrent: 100, maxQueued: 50, maxLagMs: 100 })
 * createServer(gate.handle((_, response) => response.end('kelp')))
 */
export function admission(options: AdmissionOptions): Admission {
  const {
    maxLagMs,
    retryAfterMs,
    lag: givenLag,
    ...slots
  } = readOptions('admission', options, {
    maxConcurrent: integer(1),
    maxQueued: integer(0, 0),
    maxWaitMs: duration(0, 1_000),
    maxLagMs: limit(Infinity),
    retryAfterMs: duration(0, 1_000),
    name: rule<string>('a string that is not empty', value => typeof value === 'string' && value !== '', 'requests'),
    lag: rule<AdmissionOptions['lag']>('something with lagMs', tellsLag, undefined),
    clock: clockRule(),
  })
  const requests = bulkhead(slots)
  const lag = maxLagMs === Infinity ? undefined : (givenLag ?? shared('event loop lag', eventLoopLag))
  const refusal = unavailable(retryAfterMs)
  let wasLagging = false

  const isLagging = (): boolean => {
    if (lag === undefined) return false
    wasLagging = lag.lagMs > (wasLagging ? maxLagMs * RECOVERED : maxLagMs)
    return wasLagging
  }

  const admits = (request: ServerRequest, response: ServerAnswer): boolean | Promise<boolean> => {
    if (isLagging()) return false
    const permit = requests.tryAcquire()
    if (permit === undefined) return admitsLater(request, response)
    whenOver(request, response, permit.release)
    return true
  }

  const admitsLater = (request: ServerRequest, response: ServerAnswer): Promise<boolean> => {
    const notAdmitted = (): boolean => false
    // Rejects, and tells observers.
    if (requests.queued >= slots.maxQueued) return requests.acquire().then(notAdmitted, notAdmitted)
    const leaving = new AbortController()
    let leave = (): void => leaving.abort()
    whenOver(request, response, () => leave())
    return requests.acquire({ signal: leaving.signal }).then(permit => {
      leave = permit.release
      // It may have left when the slot was its own already.
      if (isOver(request, response)) leave()
      return !isOver(request, response)
    }, notAdmitted)
  }

  return {
    bulkhead: requests,
    refusal,
    admits,
    get isLagging() {
      return isLagging()
    },
    handle: handler => (request, response) => {
      const admitted = admits(request, response)
      if (admitted === true) return void handler(request, response)
      if (admitted === false) return refuse(refusal, request, response)
      void admitted.then(isIn => (isIn ? handler(request, response) : refuse(refusal, request, response)))
    },
  }
}

const tellsLag = (value: unknown): boolean => typeof (value as { lagMs?: unknown } | null)?.lagMs === 'number'
