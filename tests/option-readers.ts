import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { resilientFetch } from '@holdfast/fetch'
import { admission, callOf, eventLoopLag, lifecycle } from '@holdfast/lifecycle'
import { instrument } from '@holdfast/opentelemetry'
import { resilientPool } from '@holdfast/postgres'
import { ioredisSettings, resilientRedis } from '@holdfast/redis'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { resilient } from '@holdfast/undici'
import {
  bulkhead,
  circuitBreaker,
  constant,
  exponential,
  failureRate,
  fallback,
  keyed,
  linear,
  observe,
  pipeline,
  retry,
  retryBudget,
  sequence,
  slowCallRate,
  timeout,
} from 'holdfast'
import { Redis } from 'ioredis'
import { Pool } from 'pg'

/** Hands options to what reads them; it must throw, or reject, for an option that it does not know. */
export type OptionReader = (options: never) => unknown

/** What reads options, by package and by the name in the heading above their table. */
export const optionReaders: Readonly<Record<string, Readonly<Record<string, OptionReader>>>> = {
  core: {
    run: options => pipeline().run(() => {}, options),
    pipeline: options => pipeline(options),
    keyed: options => keyed(options),
    observe: options => observe(options),
  },
  retry: {
    retry: options => retry(options),
    constant: options => constant(options),
    linear: options => linear(options),
    exponential: options => exponential(options),
    sequence: options => sequence([0], options),
    retryBudget: options => retryBudget(options),
  },
  timeout: { timeout: options => timeout(options) },
  'circuit-breaker': {
    circuitBreaker: options => circuitBreaker(options),
    halfOpen: halfOpen => circuitBreaker({ halfOpen }),
    failureRate: options => failureRate(options),
    slowCallRate: options => slowCallRate(options),
  },
  bulkhead: { bulkhead: options => bulkhead(options) },
  fallback: { fallback: options => fallback(options) },
  fetch: {
    resilientFetch: options => resilientFetch(options),
    body: body => resilientFetch({ body }),
  },
  undici: { resilient: options => resilient(options) },
  postgres: {
    resilientPool: options => resilientPool(new Pool(), options),
    query: options => resilientPool(new Pool()).query('select 1', [], options),
    transaction: options => resilientPool(new Pool()).transaction(() => {}, options),
  },
  testing: {
    faultProxy: options => faultProxy(options),
    cutAt: async options => {
      await using proxy = await faultProxy({ target: { port: 1 } })
      proxy.cutAt(options)
    },
  },
  redis: {
    resilientRedis: options => resilientRedis(new Redis({ ...ioredisSettings, lazyConnect: true }), options),
  },
  lifecycle: {
    lifecycle: options => lifecycle(options),
    admission: options => admission(options),
    callOf: options => {
      const request = new IncomingMessage(new Socket())
      callOf(request, new ServerResponse(request), options)
    },
    eventLoopLag: options => eventLoopLag(options),
  },
  opentelemetry: { instrument: options => instrument(options) },
}
