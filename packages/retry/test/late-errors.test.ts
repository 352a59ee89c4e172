import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry, retryInfo } from '@holdfast/retry'
import { rejects, scripted, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('an error that comes when nobody wants the answer any more', () => {
  it('is recorded as that of a run that was cancelled', async () => {
    const clock = virtualClock()
    const late = new Error('late')
    const operation = scripted([rejects(late, { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(retry({ clock, backoff }).run(operation, { timeoutMs: 300 }))
    await clock.runAll()
    await rejection

    expect(retryInfo(late)).toEqual({ attempts: 1, delaysMs: [], errors: [late], stopped: 'cancelled' })
  })

  it('is recorded so, too, when a callback has aborted the run', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const last = new Error('last')
    const delayFor = (): number => {
      controller.abort('enough')
      return 100
    }

    const rejection = rejectionOf(
      retry({ clock, backoff, delayFor }).run(scripted([rejects(last)], { clock }), { signal: controller.signal }),
    )
    await clock.runAll()

    expect(await rejection).toBe('enough')
    expect(retryInfo(last)?.stopped).toBe('cancelled')
  })
})

describe('a promise where a delay was wanted', () => {
  it('leaves no rejection unhandled', async () => {
    const delayFor = (): number => Promise.reject(new Error('no delay today')) as unknown as number

    const unhandled = await unhandledRejectionsOf(() =>
      rejectionOf(retry({ backoff, delayFor }).run(() => Promise.reject(new Error('reset')))),
    )

    expect(unhandled).toEqual([])
  })
})
