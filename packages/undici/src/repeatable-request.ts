import { stringify } from 'node:querystring'
import type { Call } from '@holdfast/core'
import { DEADLINE_HEADER, decides } from '@holdfast/core/kernel'
import {
  ATTEMPT_HEADER,
  type HttpSettings,
  isIdempotentRequest,
  newIdempotencyKey,
  type RequestFacts,
  wantsIdempotencyKey,
} from '@holdfast/fetch/http'
import type { Dispatcher } from 'undici'
import type { ResilientClient } from './dispatch-exchange.ts'
import { type LentBody, lentBody } from './lent-body.ts'
import { headerRecord, withHeaders } from './request-headers.ts'

/** What the caller has dispatched, for all of its attempts. */
export class RepeatableRequest {
  /** In upper case. */
  readonly method: string
  /** Whose breaker and budget it goes by. */
  readonly key: string
  readonly body: LentBody
  private readonly settings: HttpSettings
  private readonly given: Dispatcher.DispatchOptions
  /** When all of it has to be over, on the timeline of the clock; Infinity where nobody is to be told. */
  private readonly deadlineMs: number
  /** Of a request that was given one here. */
  private readonly idempotencyKey: string | undefined

  constructor(
    { settings, totalMs }: Pick<ResilientClient, 'settings' | 'totalMs'>,
    given: Dispatcher.DispatchOptions,
    onBodyError: (error: unknown) => void,
  ) {
    const { keyBy, idempotencyKey, deadlineHeader, clock } = settings
    this.settings = settings
    this.deadlineMs = deadlineHeader ? clock.nowMs() + totalMs : Infinity
    this.given = given
    this.method = (given.method ?? 'GET').toUpperCase()
    this.key = keyBy === undefined ? this.origin : keyBy(this.facts())
    const needsKey = idempotencyKey !== 'none' && wantsIdempotencyKey(this.method) && !this.has('idempotency-key')
    this.idempotencyKey = needsKey ? newIdempotencyKey(idempotencyKey) : undefined
    this.body = lentBody(given.body, onBodyError)
  }

  isIdempotent(): boolean {
    const { idempotent } = this.given
    // As undici has it: "Whether the requests can be safely retried or not".
    if (typeof idempotent === 'boolean') return idempotent
    if (this.idempotencyKey !== undefined) return true
    const { name, isIdempotent } = this.settings
    if (isIdempotent !== undefined) return decides(name, 'isIdempotent', isIdempotent(this.facts()))
    return isIdempotentRequest({ method: this.method, headers: headerRecord(this.given.headers) })
  }

  hasIdempotencyKey(): boolean {
    return this.idempotencyKey !== undefined || this.has('idempotency-key')
  }

  /** What to dispatch for an attempt: mostly just what was given. */
  optionsFor(call: Call): Dispatcher.DispatchOptions {
    const { body, given } = this
    const added = this.headersFor(call)
    if (added === undefined && body.given === (given.body ?? null)) return given
    return { ...given, body: body.given, ...(added && { headers: withHeaders(given.headers, added) }) }
  }

  /** Headers that an attempt adds, by their names in lower case. */
  private headersFor(call: Call): Record<string, string> | undefined {
    const { attemptHeader, clock } = this.settings
    const { contentType } = this.body
    const hasDeadline = this.deadlineMs < Infinity
    if (!attemptHeader && !hasDeadline && this.idempotencyKey === undefined && contentType === undefined)
      return undefined
    const added: Record<string, string> = {}
    if (contentType !== undefined && !this.has('content-type')) added['content-type'] = contentType
    if (this.idempotencyKey !== undefined) added['idempotency-key'] = this.idempotencyKey
    if (attemptHeader) added[ATTEMPT_HEADER] = String(call.attempt)
    if (hasDeadline) added[DEADLINE_HEADER] = String(Math.max(0, Math.floor(this.deadlineMs - clock.nowMs())))
    return added
  }

  /** Before an interceptor further in, such as that for DNS, makes it an address. */
  private get origin(): string {
    const { origin } = this.given
    return typeof origin === 'string' ? origin : (origin?.origin ?? '')
  }

  /** What callbacks of the user are told. */
  private facts(): RequestFacts {
    const { path, query, headers } = this.given
    // A `Client` of undici 7 does not say whose it is.
    const url = new URL(path, this.origin === '' ? 'http://unknown.invalid' : this.origin)
    if (query !== undefined && url.search === '') url.search = stringify(query)
    return { url, method: this.method, headers: headerRecord(headers) }
  }

  private has(header: string): boolean {
    return Object.hasOwn(headerRecord(this.given.headers), header)
  }
}
