import { AsyncLocalStorage } from 'node:async_hooks'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'

async function fetchProduct(): Promise<never> {
  await Promise.resolve()
  throw new Error('reset')
}

describe('timeout', () => {
  it('calls the operation in the async context of the caller', async () => {
    const clock = virtualClock()
    const requests = new AsyncLocalStorage<string>()
    const seen: unknown[] = []

    await requests.run('request 1', () =>
      timeout({ clock, timeoutMs: 800 }).run(async () => {
        seen.push(requests.getStore())
        await Promise.resolve()
        seen.push(requests.getStore())
      }),
    )

    expect(seen).toEqual(['request 1', 'request 1'])
  })

  it('leaves the caller in the trace of an error thrown after an await', async () => {
    const clock = virtualClock()
    const policy = timeout({ clock, timeoutMs: 800 })
    const checkout = async (): Promise<void> => {
      await policy.run(async () => await fetchProduct())
    }

    const error = (await rejectionOf(checkout())) as Error

    expect(error.stack).toMatch(/at (async )?checkout /)
  })
})
