export {
  type Deadline,
  type DeadlineOptions,
  deadlineFrom,
  type HeaderSource,
  type WithHeaders,
} from '@holdfast/core/kernel'
export { type HttpExchange, requestOf } from './exchange.ts'
export type { ResilientInit } from './fetch-exchange.ts'
export { type HttpRetryInfo, retryInfo } from './info.ts'
export type { ByteSource } from './lent-stream.ts'
export { longCalls } from './long-calls.ts'
export { type FailedRequest, mayRepeat } from './may-repeat.ts'
export type { HttpBodyOptions, HttpOptions, RequestFacts } from './options.ts'
export type { HttpEvent } from './preset.ts'
export type { ResilientBody, SentBody } from './request-body.ts'
export { type ResilientFetch, type ResilientFetchOptions, resilientFetch } from './resilient-fetch.ts'
export { retryAfterMs } from './retry-after.ts'
export { HttpStatusError } from './status-error.ts'
export { isTransientStatus } from './statuses.ts'
