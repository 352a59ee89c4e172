import { pipeline } from '@holdfast/core'
import { retry } from '@holdfast/retry'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'
import { traced } from './traced.ts'

describe('a traced call', () => {
  it.each([false, true])('still has its caller in the stack of an error, attempt spans %s', async attemptSpans => {
    traced({ attemptSpans })
    const policy = pipeline(retry({ maxAttempts: 1 }), timeout({ timeoutMs: 1_000 }))
    const placeOrder = async (): Promise<unknown> => {
      const answer = await policy.run(async () => {
        await Promise.resolve()
        throw new Error('down')
      })
      return answer
    }

    const error = await placeOrder().catch((thrown: unknown) => thrown)

    expect((error as Error).stack).toContain('placeOrder')
  })
})
