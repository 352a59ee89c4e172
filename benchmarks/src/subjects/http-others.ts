import { create as createAxios } from 'axios'
import axiosRetry, { exponentialDelay } from 'axios-retry'
import got from 'got'
import ky from 'ky'
import { Agent, RetryAgent } from 'undici'
import { bareRequest } from './http-bare.ts'
import type { Client } from './http-client.ts'
import { MAX_ATTEMPTS } from './job.ts'

const MAX_RETRIES = MAX_ATTEMPTS - 1

/** Around fetch. */
export const kyClient: Client = {
  hasTotal: true,
  make: ({ attemptMs, totalMs }) => {
    const api = ky.create({
      timeout: attemptMs,
      totalTimeout: totalMs,
      retry: { limit: MAX_RETRIES, retryOnTimeout: true },
    })
    return url => api.get(url).json()
  },
}

/** Around node:http. */
export const gotClient: Client = {
  hasTotal: false,
  make: ({ attemptMs }) => {
    const api = got.extend({ timeout: { request: attemptMs }, retry: { limit: MAX_RETRIES } })
    return url => api.get(url).json()
  },
}

/** Around node:http. It retries no timeouts that have the code by which axios tells of them if it is not asked. */
export const axiosClient: Client = {
  hasTotal: false,
  make: ({ attemptMs }) => {
    const api = createAxios({ timeout: attemptMs, transitional: { clarifyTimeoutError: true } })
    axiosRetry(api, { retries: MAX_RETRIES, shouldResetTimeout: true, retryDelay: exponentialDelay })
    return async url => (await api.get<unknown>(url)).data
  },
}

/** Around a dispatcher, which has the timeout. Left to itself it retries no timeouts. */
export const retryAgent: Client = {
  hasTotal: false,
  make: ({ attemptMs }) =>
    bareRequest(
      new RetryAgent(new Agent({ headersTimeout: attemptMs }), {
        maxRetries: MAX_RETRIES,
        errorCodes: [...networkFailures, 'UND_ERR_HEADERS_TIMEOUT'],
      }),
    ),
}

/** Its defaults. */
const networkFailures = [
  'ECONNRESET',
  'ECONNREFUSED',
  'ENOTFOUND',
  'ENETDOWN',
  'ENETUNREACH',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EPIPE',
  'UND_ERR_SOCKET',
]
