import { bulkhead } from '@holdfast/bulkhead'
import { circuitBreaker } from '@holdfast/circuit-breaker'
import { keyed, pipeline } from '@holdfast/core'
import { fallback } from '@holdfast/fallback'
import { instrument } from '@holdfast/opentelemetry'
import { constant, retry, retryBudget } from '@holdfast/retry'
import { hangs, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { logs } from '@opentelemetry/api'
import { describe, expect, it, onTestFinished } from 'vitest'
import { logged, loggerProviderInto, type ToldRecord } from './logged.ts'

const reset = Object.assign(new Error('socket hang up to 10.0.0.7'), { code: 'ECONNRESET' })

const speaker = (kind: string, name: string, pipelineName?: string): object => ({
  'holdfast.policy.kind': kind,
  'holdfast.policy.name': name,
  ...(pipelineName !== undefined && { 'holdfast.pipeline.name': pipelineName }),
})

describe('log records of what is exhausted', () => {
  it('tell retries that gave up, and why', async () => {
    const clock = virtualClock()
    const backoff = constant({ delayMs: 100, jitter: 'none' })
    const budget = retryBudget({ ratio: 0, minPerSecond: 0 })
    const policies = [
      retry({ name: 'attempts', maxAttempts: 2, backoff, budget: false, clock }),
      retry({ name: 'deadline', backoff, budget: false, clock }),
      retry({ name: 'budget', budget, clock }),
    ]
    const { records } = logged({ clock })

    for (const policy of policies) {
      const timeoutMs = policy.name === 'deadline' ? 50 : Infinity
      const operation = scripted([rejects(reset), rejects(reset)], { clock })
      await Promise.all([expect(policy.run(operation, { timeoutMs })).rejects.toBe(reset), clock.advance(100)])
    }

    expect(records).toEqual([
      {
        name: 'holdfast.retry.exhausted',
        severity: 'WARN',
        body: 'attempts: gave up after 2 attempts (attempts)',
        attributes: {
          ...speaker('retry', 'attempts', 'attempts'),
          'holdfast.attempts': 2,
          'holdfast.retry.result': 'attempts',
          'error.type': 'ECONNRESET',
        },
      },
      {
        name: 'holdfast.retry.exhausted',
        severity: 'WARN',
        body: 'deadline: gave up after 1 attempt (deadline)',
        attributes: {
          ...speaker('retry', 'deadline', 'deadline'),
          'holdfast.attempts': 1,
          'holdfast.retry.result': 'deadline',
          'error.type': 'ECONNRESET',
        },
      },
      {
        name: 'holdfast.retry.budgetExhausted',
        severity: 'WARN',
        body: 'budget: gave up after 1 attempt: the retry budget is empty',
        attributes: {
          ...speaker('retry', 'budget', 'budget'),
          'holdfast.attempts': 1,
          'holdfast.retry.result': 'budget',
          'error.type': 'ECONNRESET',
        },
      },
    ])
    expect(JSON.stringify(records)).not.toContain('10.0.0.7')
  })

  it('tell a bulkhead that rejects, and slots taken back', async () => {
    const clock = virtualClock()
    const { records } = logged({ clock })
    const guarded = pipeline.named(
      'guarded',
      timeout({ timeoutMs: 100, clock }),
      bulkhead({ name: 'slots', maxConcurrent: 1, reclaimMs: 1_000, clock }),
    )

    const answer = guarded.run(scripted([hangs({ isDeaf: true })], { clock }))
    await expect(guarded.run(() => 'full')).rejects.toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL' })
    await Promise.all([expect(answer).rejects.toThrow(), clock.advance(1_100)])

    expect(records.map(({ severity, body }) => [severity, body])).toEqual([
      ['WARN', 'slots: rejects calls (full): 1 run, 0 wait'],
      ['WARN', 'slots: took a slot back from work that hangs'],
    ])
    expect(records[0]?.attributes).toEqual({
      ...speaker('bulkhead', 'slots', 'guarded'),
      'holdfast.rejection.reason': 'full',
      'holdfast.bulkhead.active': 1,
      'holdfast.bulkhead.queued': 0,
    })
  })

  it('tell a fallback that failed, as an error', async () => {
    const { records } = logged()
    const to = (): never => {
      throw new RangeError('no cache')
    }

    await expect(fallback({ name: 'stale', to }).run(() => Promise.reject(reset))).rejects.toThrow('no cache')

    expect(records).toMatchObject([
      { severity: 'ERROR', body: 'stale: the fallback itself failed', attributes: { 'error.type': 'ECONNRESET' } },
    ])
  })

  it('tell keys that share a policy, and not which', async () => {
    const clock = virtualClock()
    const { records } = logged({ clock })
    const inner = () => bulkhead({ maxConcurrent: 9, clock })
    const keys = ['secret-1', 'secret-2']
    const perKey = keyed({ name: 'by key', maxKeys: 1, by: () => keys.shift() ?? '', make: inner, clock })

    const slow = scripted([resolves('fresh', { afterMs: 10 }), resolves('fresh')], { clock })
    await Promise.all([perKey.run(slow), perKey.run(slow), clock.advance(10)])

    expect(records.map(({ body }) => body)).toEqual(['by key: all keys are busy, new ones share a policy'])
    expect(JSON.stringify(records)).not.toContain('secret')
  })

  it('tell a pipeline whose order makes little sense', () => {
    const { records } = logged()

    pipeline.named('odd', circuitBreaker(), retry())

    expect(records).toMatchObject([{ name: 'holdfast.pipeline.warning', severity: 'WARN' }])
    expect(records[0]?.body).toMatch(/^odd: ./)
  })
})

describe('log records of a healthy service', () => {
  it('are none, however many calls there are, and whatever is mended', async () => {
    const clock = virtualClock()
    const { records } = logged({ clock })
    const policy = pipeline.named(
      'healthy',
      fallback({ to: () => 'stale', clock }),
      timeout({ timeoutMs: 50, clock }),
      retry({ backoff: constant({ delayMs: 1 }), clock }),
      circuitBreaker({ clock }),
      bulkhead({ maxConcurrent: 10, maxQueued: 100, clock }),
    )

    for (let call = 0; call < 200; call++) await policy.run(() => 'fresh')
    const mended = policy.run(scripted([rejects(reset), resolves('fresh')], { clock }))
    const tooLate = policy.run(scripted([hangs()], { clock }))
    const answers = await Promise.all([mended, tooLate, clock.advance(100)])

    expect(answers.slice(0, 2)).toEqual(['fresh', 'stale'])
    expect(records).toEqual([])
  })
})

describe('log records', () => {
  it('go to the global provider by default, as it is when the instrumentation begins', () => {
    const records: ToldRecord[] = []
    logs.setGlobalLoggerProvider(loggerProviderInto(records))
    onTestFinished(() => logs.disable())
    onTestFinished(instrument({ meterProvider: false, tracerProvider: false }))

    circuitBreaker({ name: 'told to all' }).isolate()

    expect(records).toMatchObject([{ body: 'told to all: circuit is isolated by hand' }])
  })

  it('are none where they are not wanted', () => {
    const records: ToldRecord[] = []
    logs.setGlobalLoggerProvider(loggerProviderInto(records))
    onTestFinished(() => logs.disable())
    onTestFinished(instrument({ meterProvider: false, tracerProvider: false, loggerProvider: false }))

    circuitBreaker().isolate()

    expect(records).toEqual([])
  })
})
