import type { ResilientFetchOptions } from './resilient-fetch.ts'

/**
 * Options for calls that may take minutes and stream their answers: language models, server-sent events, reports. There is
 * no total limit; headers may take ten minutes, and the body may be silent for two. Node's own fetch waits five minutes for
 * headers, unless undici's global dispatcher has another `headersTimeout`.
 *
 * @example
 * const models = resilientFetch({ ...longCalls, name: 'models' })
 */
export const longCalls: ResilientFetchOptions = /* @__PURE__ */ Object.freeze({
  total: false,
  attempt: Object.freeze({ timeoutMs: 600_000 }),
  body: Object.freeze({ idleMs: 120_000 }),
})
