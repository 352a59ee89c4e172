import { virtualClock } from '@holdfast/testing'
import { type FaultProxy, faultProxy } from '@holdfast/testing/fault-proxy'
import { circuitBreaker, consecutiveFailures, retry } from 'holdfast'

export { strict as assert } from 'node:assert'
export { Pool } from 'pg'
export { describe, expect, it } from 'vitest'

export const clock = virtualClock()

export const policy = retry({ maxAttempts: 1 })

export const breaker = circuitBreaker({ trip: consecutiveFailures(1) })

export const proxy: FaultProxy = await faultProxy({ target: { port: 1 } })

export async function work(): Promise<never> {
  throw new Error('reset')
}

export async function provokeFailures(): Promise<void> {
  await breaker.run(work).catch(() => {})
}

export async function close(): Promise<void> {
  await proxy.close()
}
