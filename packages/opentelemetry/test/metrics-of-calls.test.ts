import { observe, type Policy, pipeline } from '@holdfast/core'
import { constant, retry } from '@holdfast/retry'
import { hangs, rejects, resolves, scripted, throws, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attempts, measured, seconds } from './measured.ts'

const VALUE = { 'holdfast.outcome': 'value' }
const CANCELLED = { 'holdfast.outcome': 'cancelled' }
const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })

describe('metrics of a call', () => {
  it('tell how long it and its attempt took, and that there was one', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const policy = timeout({ name: 'answers', timeoutMs: 1_000, clock })

    await Promise.all([policy.run(scripted([resolves('fresh', { afterMs: 30 })], { clock })), clock.advance(30)])

    expect(await metrics.of('answers')).toEqual({
      'holdfast.call.duration': [[VALUE, seconds(0.03)]],
      'holdfast.attempt.duration': [[VALUE, seconds(0.03)]],
      'holdfast.call.attempts': [[VALUE, attempts(1)]],
    })
  })

  it('tell the code of its error', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const policy = timeout({ name: 'fails', timeoutMs: 1_000, clock })

    const answer = policy.run(scripted([rejects(reset, { afterMs: 200 })], { clock }))
    await Promise.all([expect(answer).rejects.toBe(reset), clock.advance(200)])

    const error = { 'holdfast.outcome': 'error', 'error.type': 'ECONNRESET' }
    expect(await metrics.of('fails')).toEqual({
      'holdfast.call.duration': [[error, seconds(0.2)]],
      'holdfast.attempt.duration': [[error, seconds(0.2)]],
      'holdfast.call.attempts': [[{ 'holdfast.outcome': 'error' }, attempts(1)]],
    })
  })

  it('tell the name of an error without a code, also of one that is thrown at once', async () => {
    const metrics = measured()
    const policy = timeout({ name: 'throws', timeoutMs: 1_000, clock: virtualClock() })

    await expect(policy.run(scripted([throws(new TypeError('no'))]))).rejects.toThrow('no')

    const error = { 'holdfast.outcome': 'error', 'error.type': 'TypeError' }
    expect((await metrics.of('throws'))['holdfast.call.duration']).toEqual([[error, seconds(0)]])
  })

  it('are histograms of the stated buckets, over all calls of one name', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const [one, other] = [timeout, timeout].map(make => make({ name: 'shared', timeoutMs: Infinity, clock }))
    const durationsMs = [1, 1.5, 5, 100, 101, 60_000, 60_001]

    for (const [index, afterMs] of durationsMs.entries()) {
      const policy = (index % 2 === 0 ? one : other) as Policy
      const [step] = [resolves('fresh', { afterMs })]
      await Promise.all([policy.run(scripted([step], { clock })), clock.advance(afterMs)])
    }

    expect(await metrics.all('holdfast.call.duration')).toEqual([
      [
        { 'holdfast.policy.name': 'shared', 'holdfast.policy.kind': 'timeout', ...VALUE },
        seconds(...durationsMs.map(ms => ms / 1_000)),
      ],
    ])
  })

  it('tell a call that its caller cancelled, and its attempt, as neither value nor error', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const caller = new AbortController()
    const policy = retry({ name: 'left', budget: false, clock })

    const answer = policy.run(scripted([hangs()], { clock }), { signal: caller.signal })
    await clock.advance(250)
    caller.abort(new Error('gone'))
    await expect(answer).rejects.toThrow('gone')
    await clock.settle()

    expect(await metrics.of('left')).toEqual({
      'holdfast.call.duration': [[CANCELLED, seconds(0.25)]],
      'holdfast.attempt.duration': [[CANCELLED, seconds(0.25)]],
      'holdfast.call.attempts': [[CANCELLED, attempts(1)]],
    })
  })

  it('tell a call that was cancelled before its first attempt', async () => {
    const metrics = measured()
    const policy = retry({ name: 'never', budget: false, clock: virtualClock() })

    await expect(policy.run(() => 1, { signal: AbortSignal.abort('gone') })).rejects.toBe('gone')

    expect(await metrics.of('never')).toEqual({
      'holdfast.call.duration': [[CANCELLED, seconds(0)]],
      'holdfast.call.attempts': [[CANCELLED, attempts(0)]],
    })
  })

  it('tell of a pipeline, not of its members, as calls', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const member = retry({ name: 'member', budget: false, clock })
    const catalogue = pipeline.named('catalogue', member, timeout({ name: 'limit', timeoutMs: 9, clock }))

    await catalogue.run(() => 'fresh')

    expect(await metrics.all('holdfast.call.duration')).toEqual([
      [{ 'holdfast.policy.name': 'catalogue', 'holdfast.policy.kind': 'pipeline', ...VALUE }, seconds(0)],
    ])
    expect(await metrics.of('member')).toEqual({})
    expect(await metrics.of('limit')).toEqual({})
  })

  it('tell of a run within a run by itself, and count its attempts apart', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const outer = timeout({ name: 'outer', timeoutMs: 1_000, clock })
    const inner = retry({ name: 'inner', maxAttempts: 2, budget: false, random: () => 0, clock })
    const flaky = scripted([rejects(reset), resolves('fresh')], { clock })

    const answer = outer.run(call => inner.run(flaky, call))
    await Promise.all([answer, clock.runAll()])

    expect((await metrics.of('outer'))['holdfast.call.attempts']).toEqual([[VALUE, attempts(1)]])
    expect((await metrics.of('inner'))['holdfast.call.attempts']).toEqual([[VALUE, attempts(2)]])
  })

  it('tell of a call through a policy that is not enabled, too', async () => {
    const metrics = measured()
    const policy = retry({ name: 'off', enabled: () => false, budget: false, clock: virtualClock() })

    await expect(policy.run(() => Promise.reject(reset))).rejects.toBe(reset)

    expect(await metrics.of('off')).toMatchObject({
      'holdfast.call.attempts': [[{ 'holdfast.outcome': 'error' }, attempts(1)]],
    })
    expect(await metrics.all('holdfast.retry.completions')).toEqual([])
  })

  it('say nothing of a call that began before', async () => {
    const clock = virtualClock()
    const policy = timeout({ name: 'before', timeoutMs: 1_000, clock })
    const answer = policy.run(scripted([resolves('fresh', { afterMs: 30 })], { clock }))

    const metrics = measured()
    await Promise.all([answer, clock.advance(30)])

    expect(await metrics.of('before')).toEqual({})
  })

  it('count no attempts of a call that began before, where another observer made it tell its end', async () => {
    const clock = virtualClock()
    onTestFinished(observe({ event: () => {} }))
    const policy = retry({
      name: 'half seen',
      budget: false,
      backoff: constant({ delayMs: 70, jitter: 'none' }),
      clock,
    })
    const flaky = scripted([rejects(reset, { afterMs: 10 }), resolves('fresh', { afterMs: 20 })], { clock })
    const answer = policy.run(flaky)

    const metrics = measured()
    await Promise.all([answer, clock.runAll()])

    const { 'holdfast.call.duration': calls, ...others } = await metrics.of('half seen')
    expect(calls).toEqual([[VALUE, seconds(0.1)]])
    expect(others).toHaveProperty('holdfast.retries')
    expect(others).not.toHaveProperty('holdfast.call.attempts')
  })
})
