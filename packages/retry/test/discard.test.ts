import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, type RetryOptions, retry, retryBudget } from '@holdfast/retry'
import { rejects, resolves, type Step, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'

const backoff = constant({ delayMs: 100, jitter: 'none' })
const isBusy = (reply: string): boolean => reply.startsWith('busy')

/** What `discard` received by the time that the run had ended, and how it ended. */
async function discardedIn(steps: readonly [Step<string>, ...Step<string>[]], options: RetryOptions = {}) {
  const clock = virtualClock()
  const discarded: unknown[] = []
  const policy = retry({ clock, backoff, handlesResult: isBusy, discard: reply => discarded.push(reply), ...options })

  const end = policy.run(scripted(steps, { clock })).catch((error: unknown) => error)
  await clock.runAll()

  return { discarded, end: await end }
}

describe('discard', () => {
  it('receives each result that another attempt follows, and not the one that is returned', async () => {
    const { discarded, end } = await discardedIn([resolves('busy 1'), resolves('busy 2'), resolves('product')])

    expect(discarded).toEqual(['busy 1', 'busy 2'])
    expect(end).toBe('product')
  })

  it('receives it before the delay', async () => {
    const clock = virtualClock()
    const discarded: unknown[] = []
    const policy = retry({ clock, backoff, handlesResult: isBusy, discard: reply => discarded.push(reply) })

    const answer = policy.run(scripted([resolves('busy'), resolves('product')], { clock }))
    await clock.advance(99)
    const early = [...discarded]
    await clock.runAll()
    await answer

    expect(early).toEqual(['busy'])
  })

  it('does not receive the last result, which is returned although it is a failure', async () => {
    const { discarded, end } = await discardedIn([resolves('busy 1'), resolves('busy 2'), resolves('busy 3')])

    expect(discarded).toEqual(['busy 1', 'busy 2'])
    expect(end).toBe('busy 3')
  })

  it('does not receive a result after which the budget allows no attempt', async () => {
    const budget = retryBudget({ ratio: 0, minPerSecond: 0 })

    const { discarded, end } = await discardedIn([resolves('busy')], { budget })

    expect(discarded).toEqual([])
    expect(end).toBe('busy')
  })

  it('receives no errors', async () => {
    const { discarded } = await discardedIn([rejects(new Error('down')), resolves('product')])

    expect(discarded).toEqual([])
  })

  it('cannot change the outcome by what it throws, which is reported', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
    const fault = new Error('fault of discard')

    const { end } = await discardedIn([resolves('busy'), resolves('product')], {
      discard: () => {
        throw fault
      },
    })

    expect(end).toBe('product')
    expect(reported.mock.calls.flat()).toContain(fault)
    reported.mockRestore()
  })

  it('may abort the call: it ends at once, with no timer left', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('enough')
    const policy = retry({ clock, backoff, handlesResult: isBusy, discard: () => controller.abort(reason) })

    const rejection = rejectionOf(policy.run(scripted([resolves('busy')], { clock }), { signal: controller.signal }))

    expect(await rejection).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
  })
})
