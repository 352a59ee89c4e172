import type { Call } from '@holdfast/core'
import { DEADLINE_HEADER, type Deadline, decides, type KernelCall } from '@holdfast/core/kernel'
import { AbortLink } from './abort-link.ts'
import { ATTEMPT_HEADER } from './attempt-header.ts'
import { bodyOfInput } from './body-of-input.ts'
import { Exchange, remember } from './exchange.ts'
import { newIdempotencyKey, wantsIdempotencyKey } from './idempotency-key.ts'
import { isIdempotentRequest } from './may-repeat.ts'
import type { HttpSettings, RequestFacts } from './options.ts'
import { originOf, urlOf } from './origin.ts'
import type { HttpPolicies } from './preset.ts'
import type { FetchBody, RequestBody, ResilientBody, SentBody } from './request-body.ts'

export type Fetch = typeof globalThis.fetch
export type FetchInput = string | URL | Request

/** What `fetch` takes as its second argument, and what a resilient one takes besides. */
export interface ResilientInit extends Omit<RequestInit, 'body'> {
  /** As for `fetch`; or a function that makes a new one for each attempt, so that streams can be sent again. */
  readonly body?: ResilientBody | null | undefined
  /** Until when the answer is wanted: that of `deadlineFrom(request)`, or a `Call`. It only ever shortens the total limit. */
  readonly deadline?: Deadline | undefined
  /** What callbacks find in `call.context`, beside the request: see `requestOf`. */
  readonly context?: object | undefined
}

export const noInit: ResilientInit = {}

/** All that the calls of one client share. */
export interface FetchClient extends HttpPolicies {
  readonly settings: HttpSettings & { readonly fetch: Fetch | undefined }
}

/** Part of the platforms' `RequestInit` that not all types know of: `half` lets bodies be streams. */
type SentInit = RequestInit & { duplex?: 'half' }

/** One call of a resilient fetch, with all of its attempts. */
export class FetchExchange extends Exchange {
  readonly key: string
  readonly method: string
  /** That of the caller. */
  readonly signal: AbortSignal | undefined
  /** How long the caller will wait, in milliseconds; Infinity where it does not say. */
  readonly timeoutMs: number
  readonly startedMs: number
  /** The response of the latest attempt, and what ends its body. */
  response: Response | undefined = undefined
  controller: AbortController | undefined = undefined
  private readonly client: FetchClient
  private readonly input: string | Request
  /** As it was when the call was made. */
  private readonly init: RequestInit
  private readonly body: RequestBody
  /** Of a request that was given one here. */
  private readonly ownKey: string | undefined
  private latest: Promise<Response> | undefined = undefined

  constructor(client: FetchClient, input: FetchInput, init: ResilientInit) {
    super()
    const { settings, mayRepeat } = client
    const request = isRequest(input) ? input : undefined
    this.client = client
    this.input = input instanceof URL ? input.href : input
    this.init = platformPart(init)
    this.method = (init.method ?? request?.method ?? 'GET').toUpperCase()
    // As with fetch, null says that the signal of the request does not count.
    this.signal = (init.signal === undefined ? request?.signal : init.signal) ?? undefined
    this.timeoutMs = init.deadline?.remainingMs() ?? Infinity
    this.startedMs = settings.clock.nowMs()
    this.key = settings.keyBy === undefined ? originOf(this.address()) : settings.keyBy(this.facts())
    this.body = bodyOfInput(request, init.body, { isKept: mayRepeat, limit: settings.body.replayBytes })
    const needsKey = settings.idempotencyKey !== 'none' && wantsIdempotencyKey(this.method) && !this.hasIdempotencyKey()
    this.ownKey = needsKey ? newIdempotencyKey(settings.idempotencyKey) : undefined
  }

  /** When the call has to be over, on the timeline of the clock; Infinity for never. */
  get deadlineMs(): number {
    return this.startedMs + this.limitMs
  }

  /** How long the call may take in all, in milliseconds. */
  get limitMs(): number {
    return Math.min(this.timeoutMs, this.client.totalMs)
  }

  /** Whether that is the caller's own limit. */
  get isOfCaller(): boolean {
    return this.timeoutMs < this.client.totalMs
  }

  override isIdempotent(): boolean {
    const { name, isIdempotent } = this.client.settings
    if (this.ownKey !== undefined) return true
    if (isIdempotent === undefined) return isIdempotentRequest(this.facts())
    return decides(name, 'isIdempotent', isIdempotent(this.facts()))
  }

  override hasIdempotencyKey(): boolean {
    return this.ownKey !== undefined || this.headers().has('idempotency-key')
  }

  override canResend(): boolean {
    return this.body.canResend()
  }

  /** Makes an attempt: it ends with the headers of the response. */
  send(made: Call): Promise<Response> {
    const call = made as KernelCall
    // Some policy in place of ours repeats what cannot be sent again: it is told what it was told before.
    if (this.latest !== undefined && !this.body.canResend()) return this.latest
    this.attempts++
    const body = this.body.next()
    this.latest = body instanceof Promise ? body.then(given => this.attempt(call, given)) : this.attempt(call, body)
    return this.latest
  }

  /** The request has failed for good. */
  release(reason: unknown): void {
    this.body.release(reason)
  }

  private attempt(call: KernelCall, body: SentBody | undefined): Promise<Response> {
    // The body may have been there too late.
    if (call.cancelled !== undefined) return Promise.reject(call.cancelled.reason)
    const { settings, judgesAll } = this.client
    const controller = new AbortController()
    const link = new AbortLink(controller, call)
    const fetch = settings.fetch ?? globalThis.fetch
    return fetch(this.input, this.sent(body, call.attempt, controller.signal)).then(
      response => {
        link.detach()
        this.response = response
        this.controller = controller
        if (judgesAll || response.status >= 400) remember(response, this)
        return response
      },
      (error: unknown) => {
        link.detach()
        this.body.attemptFailed(error)
        throw error
      },
    )
  }

  private sent(body: SentBody | undefined, attempt: number, signal: AbortSignal): RequestInit {
    const { attemptHeader, deadlineHeader, clock } = this.client.settings
    const init: SentInit = { ...this.init, signal }
    if (body !== undefined) {
      init.body = body as FetchBody
      init.duplex = 'half'
    }
    if (!attemptHeader && !deadlineHeader && this.ownKey === undefined) return init
    const headers = this.headers()
    if (this.ownKey !== undefined) headers.set('idempotency-key', this.ownKey)
    if (attemptHeader) headers.set(ATTEMPT_HEADER, String(attempt))
    if (deadlineHeader && this.limitMs < Infinity) {
      headers.set(DEADLINE_HEADER, String(Math.max(0, Math.floor(this.deadlineMs - clock.nowMs()))))
    }
    init.headers = headers
    return init
  }

  private address(): string {
    return isRequest(this.input) ? this.input.url : this.input
  }

  private headers(): Headers {
    return new Headers(this.init.headers ?? (isRequest(this.input) ? this.input.headers : undefined))
  }

  private facts(): RequestFacts {
    return { url: urlOf(this.address()), method: this.method, headers: this.headers() }
  }
}

const nothing: RequestInit = {}

/** What the platform is to see of it; signal and body are those of each attempt. */
function platformPart(init: ResilientInit): RequestInit {
  if (init === noInit) return nothing
  const { body: _, deadline: __, context: ___, headers, ...platform } = init
  return headers === undefined ? platform : { ...platform, headers: new Headers(headers) }
}

function isRequest(input: FetchInput): input is Request {
  return typeof input === 'object' && 'method' in input
}
