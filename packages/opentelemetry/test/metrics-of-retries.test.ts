import { pipeline } from '@holdfast/core'
import { constant, type RetryOptions, retry, retryBudget } from '@holdfast/retry'
import { rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'
import { attempts, measured, seconds } from './measured.ts'

const VALUE = { 'holdfast.outcome': 'value' }
const ERROR = { 'holdfast.outcome': 'error' }
const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const backoff = constant({ delayMs: 100, jitter: 'none' })

/** A retry on a virtual clock, and a call through it until it has ended. */
function retrying(options: RetryOptions) {
  const clock = virtualClock()
  const policy = retry({ budget: false, backoff, clock, ...options })
  return {
    policy,
    clock,
    call: async (...steps: Parameters<typeof scripted<unknown>>[0]): Promise<unknown> => {
      const [settled] = await Promise.allSettled([policy.run(scripted(steps, { clock })), clock.runAll()])
      return settled.status
    },
  }
}

describe('metrics of a retry', () => {
  it('count retries by the error before, and a call that recovered', async () => {
    const metrics = measured()
    const { call } = retrying({ name: 'recovers' })

    await call(rejects(reset, { afterMs: 10 }), rejects(refused, { afterMs: 20 }), resolves('fresh', { afterMs: 40 }))

    const within = { 'holdfast.pipeline.name': 'recovers' }
    expect(await metrics.of('recovers')).toEqual({
      'holdfast.call.duration': [[VALUE, seconds(0.27)]],
      'holdfast.attempt.duration': [
        [{ ...ERROR, 'error.type': 'ECONNRESET' }, seconds(0.01)],
        [{ ...ERROR, 'error.type': 'ECONNREFUSED' }, seconds(0.02)],
        [VALUE, seconds(0.04)],
      ],
      'holdfast.call.attempts': [[VALUE, attempts(3)]],
      'holdfast.retries': [
        [{ ...within, 'error.type': 'ECONNRESET' }, 1],
        [{ ...within, 'error.type': 'ECONNREFUSED' }, 1],
      ],
      'holdfast.retry.completions': [[{ ...within, 'holdfast.retry.result': 'recovered' }, 1]],
    })
  })

  it('count a call that used up its attempts, by its last error', async () => {
    const metrics = measured()
    const { call } = retrying({ name: 'exhausted', maxAttempts: 2 })

    await call(rejects(reset), rejects(refused))

    const within = { 'holdfast.pipeline.name': 'exhausted' }
    expect(await metrics.of('exhausted')).toMatchObject({
      'holdfast.call.attempts': [[ERROR, attempts(2)]],
      'holdfast.retries': [[{ ...within, 'error.type': 'ECONNRESET' }, 1]],
      'holdfast.retry.completions': [
        [{ ...within, 'holdfast.retry.result': 'attempts', 'error.type': 'ECONNREFUSED' }, 1],
      ],
    })
  })

  it('count a call whose next attempt would come too late', async () => {
    const metrics = measured()
    const clock = virtualClock()
    const hurried = pipeline.named(
      'hurried',
      timeout({ name: 'total', timeoutMs: 100, clock }),
      retry({ name: 'late', maxAttempts: 2, backoff, budget: false, clock }),
    )

    await expect(hurried.run(scripted([rejects(reset)], { clock }))).rejects.toBe(reset)

    const within = { 'holdfast.pipeline.name': 'hurried' }
    expect(await metrics.of('late')).toEqual({
      'holdfast.retry.completions': [
        [{ ...within, 'holdfast.retry.result': 'deadline', 'error.type': 'ECONNRESET' }, 1],
      ],
    })
  })

  it('count a call that the budget stopped', async () => {
    const metrics = measured()
    const { call } = retrying({ name: 'broke', budget: retryBudget({ ratio: 0, minPerSecond: 0 }) })

    await call(rejects(reset))

    expect(await metrics.of('broke')).toMatchObject({
      'holdfast.retry.completions': [
        [{ 'holdfast.pipeline.name': 'broke', 'holdfast.retry.result': 'budget', 'error.type': 'ECONNRESET' }, 1],
      ],
      'holdfast.retry.budget.remaining': [[{}, 0]],
    })
  })

  it('say nothing of completions where the first attempt succeeds, or is not to be repeated', async () => {
    const metrics = measured()
    const { call } = retrying({ name: 'plain', handles: ({ error }) => error === reset })

    await call(resolves('fresh'))
    await call(rejects(refused))

    expect(Object.keys(await metrics.of('plain'))).toEqual([
      'holdfast.call.duration',
      'holdfast.attempt.duration',
      'holdfast.call.attempts',
    ])
  })

  it('tell a result that was judged a failure by the word result', async () => {
    const metrics = measured()
    const { call } = retrying({ name: 'judged', maxAttempts: 2, handlesResult: result => result === 'stale' })

    await call(resolves('stale'), resolves('stale'))

    const within = { 'holdfast.pipeline.name': 'judged', 'error.type': 'result' }
    expect(await metrics.of('judged')).toMatchObject({
      'holdfast.call.attempts': [[VALUE, attempts(2)]],
      'holdfast.retries': [[within, 1]],
      'holdfast.retry.completions': [[{ ...within, 'holdfast.retry.result': 'attempts' }, 1]],
    })
  })
})

describe('the gauge of budgets', () => {
  it('tells how many retries are left, and the least of those of one name', async () => {
    const clock = virtualClock()
    const budgets = [8, 3, 5].map(minPerSecond => retryBudget({ ratio: 0, minPerSecond }))
    const policies = budgets.map(budget => retry({ name: 'spends', backoff, budget, clock }))
    const metrics = measured()

    const before = await metrics.of('spends')
    const spends = policies[1]?.run(scripted([rejects(reset), rejects(reset), resolves('fresh')], { clock }))
    await Promise.all([spends, clock.runAll()])
    const after = await metrics.of('spends')

    // A budget has the retries of ten seconds.
    expect(before['holdfast.retry.budget.remaining']).toEqual([[{}, 30]])
    expect(after['holdfast.retry.budget.remaining']).toEqual([[{}, 28]])
  })

  it('says nothing of a policy without a budget', async () => {
    const unlimited = retry({ name: 'unlimited', budget: false })
    const metrics = measured()

    expect(await metrics.of(unlimited.name)).toEqual({})
  })

  it('leaves out a budget that fails, and tells the others', async () => {
    const failing = {
      ...retryBudget(),
      remaining: () => {
        throw new Error('lost')
      },
    }
    const policies = [retry({ name: 'lost', budget: failing }), retry({ name: 'kept' })]
    const metrics = measured()

    const told = await metrics.all('holdfast.retry.budget.remaining')

    expect(policies).toHaveLength(2)
    const names = told.map(([attributes]) => attributes['holdfast.policy.name'])
    expect(names).toContain('kept')
    expect(names).not.toContain('lost')
  })
})
