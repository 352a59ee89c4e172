import { pipeline } from '@holdfast/core'
import { fallback } from '@holdfast/fallback'
import { hangs, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'
import { attempts, measured, seconds } from './measured.ts'

const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })

describe('metrics of a timeout', () => {
  it('count the limits that passed, and tell by how much a value came late', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const policy = timeout({ name: 'slow', timeoutMs: 100, clock })

    const answer = policy.run(scripted([resolves('late', { afterMs: 130, isDeaf: true })], { clock }))
    await Promise.all([expect(answer).rejects.toThrow(), clock.advance(130)])

    const within = { 'holdfast.pipeline.name': 'slow' }
    const error = { 'holdfast.outcome': 'error', 'error.type': 'ERR_HOLDFAST_TIMEOUT' }
    expect(await metrics.of('slow')).toEqual({
      'holdfast.call.duration': [[error, seconds(0.1)]],
      'holdfast.attempt.duration': [[{ 'holdfast.outcome': 'cancelled' }, seconds(0.13)]],
      'holdfast.call.attempts': [[{ 'holdfast.outcome': 'error' }, attempts(1)]],
      'holdfast.timeouts': [[within, 1]],
      'holdfast.timeout.late.duration': [[{ ...within, 'holdfast.outcome': 'value' }, seconds(0.03)]],
    })
  })

  it('tell by how much an error came late; its attempt is cancelled, without an error', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const policy = timeout({ name: 'late error', timeoutMs: 100, clock })

    const answer = policy.run(scripted([rejects(reset, { afterMs: 150, isDeaf: true })], { clock }))
    await Promise.all([expect(answer).rejects.toThrow(), clock.advance(150)])

    expect(await metrics.of('late error')).toMatchObject({
      'holdfast.attempt.duration': [[{ 'holdfast.outcome': 'cancelled' }, seconds(0.15)]],
      'holdfast.timeout.late.duration': [
        [{ 'holdfast.pipeline.name': 'late error', 'holdfast.outcome': 'error' }, seconds(0.05)],
      ],
    })
  })

  it('tell an attempt that heeds the limit as cancelled by it: there was no answer in time', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const policy = timeout({ name: 'heeded', timeoutMs: 100, clock })

    const answer = policy.run(scripted([hangs()], { clock }))
    await Promise.all([expect(answer).rejects.toThrow(), clock.advance(100)])

    expect((await metrics.of('heeded'))['holdfast.attempt.duration']).toEqual([
      [{ 'holdfast.outcome': 'cancelled', 'error.type': 'ERR_HOLDFAST_TIMEOUT' }, seconds(0.1)],
    ])
  })

  it('tell a call that the limit of its caller ended as cancelled by that', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const policy = timeout({ name: 'hurried', timeoutMs: 100, clock })

    const answer = policy.run(scripted([hangs()], { clock }), { timeoutMs: 50 })
    await Promise.all([expect(answer).rejects.toThrow(), clock.advance(50)])

    const { 'holdfast.call.duration': calls, 'holdfast.timeouts': timeouts } = await metrics.of('hurried')
    expect(calls).toEqual([[{ 'holdfast.outcome': 'cancelled', 'error.type': 'ERR_HOLDFAST_TIMEOUT' }, seconds(0.05)]])
    expect(timeouts).toBeUndefined()
  })

  it('say nothing of what stays within its limit', async () => {
    const metrics = measured()

    await timeout({ name: 'quick', timeoutMs: 100, clock: virtualClock() }).run(() => 'fresh')

    expect(Object.keys(await metrics.of('quick'))).toEqual([
      'holdfast.call.duration',
      'holdfast.attempt.duration',
      'holdfast.call.attempts',
    ])
  })
})

describe('metrics of a fallback', () => {
  const fallingBack = (name: string, to: () => string) =>
    pipeline.named(`${name} pipeline`, fallback({ name, to, clock: virtualClock() }))

  it('count the failures that it answered, by their error; the call has a value', async () => {
    const metrics = measured()
    const policy = fallingBack('answers', () => 'stale')

    await expect(policy.run(() => Promise.reject(reset))).resolves.toBe('stale')
    await policy.run(() => 'fresh')

    const within = { 'holdfast.pipeline.name': 'answers pipeline' }
    expect(await metrics.of('answers')).toEqual({
      'holdfast.fallbacks': [[{ ...within, 'holdfast.fallback.outcome': 'used', 'error.type': 'ECONNRESET' }, 1]],
    })
    expect(await metrics.of('answers pipeline')).toMatchObject({
      'holdfast.call.duration': [[{ 'holdfast.outcome': 'value' }, seconds(0, 0)]],
    })
  })

  it('count the failures that it failed to answer, by the error that it was to answer', async () => {
    const metrics = measured()
    const policy = fallingBack('fails too', () => {
      throw new RangeError('no cache')
    })

    await expect(policy.run(() => Promise.reject(reset))).rejects.toThrow('no cache')

    const failed = { 'holdfast.fallback.outcome': 'failed', 'error.type': 'ECONNRESET' }
    expect(await metrics.of('fails too')).toEqual({
      'holdfast.fallbacks': [[{ 'holdfast.pipeline.name': 'fails too pipeline', ...failed }, 1]],
    })
    expect(await metrics.of('fails too pipeline')).toMatchObject({
      'holdfast.call.duration': [[{ 'holdfast.outcome': 'error', 'error.type': 'RangeError' }, seconds(0)]],
    })
  })
})
