import { observe, pipeline } from '@holdfast/core'
import { retry } from '@holdfast/retry'
import { hangs, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { describe, expect, it, onTestFinished } from 'vitest'
import { traced } from './traced.ts'

const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
const limited = { 'holdfast.policy.kind': 'timeout', 'holdfast.policy.name': 'limited' }

describe('the span of a call', () => {
  it('has the name of what was run, and tells that there was a value', async () => {
    const clock = virtualClock()
    const spans = traced()

    await timeout({ name: 'limited', timeoutMs: 100, clock }).run(() => 'fresh')

    expect(spans.tree()).toEqual(['limited'])
    expect(spans.ended('limited')).toEqual([
      {
        attributes: { ...limited, 'holdfast.outcome': 'value', 'holdfast.attempts': 1 },
        status: 'UNSET',
        events: [
          ['attempt.started', { 'holdfast.attempt': 1 }],
          ['attempt.settled', { 'holdfast.attempt': 1, 'holdfast.outcome': 'value' }],
        ],
      },
    ])
  })

  it('has the status of an error and its code, but not what it says', async () => {
    const spans = traced()

    const answer = timeout({ name: 'limited', timeoutMs: 100, clock: virtualClock() }).run(() => Promise.reject(reset))
    await expect(answer).rejects.toBe(reset)

    const error = { 'holdfast.outcome': 'error', 'error.type': 'ECONNRESET' }
    const [span] = spans.ended('limited')
    expect(span).toEqual({
      attributes: { ...limited, ...error, 'holdfast.attempts': 1 },
      status: 'ERROR',
      events: [
        ['attempt.started', { 'holdfast.attempt': 1 }],
        ['attempt.settled', { 'holdfast.attempt': 1, ...error }],
      ],
    })
    expect(JSON.stringify(span)).not.toContain(reset.message)
  })

  it('records the exception when asked to', async () => {
    const spans = traced({ exceptions: true })

    const answer = timeout({ name: 'limited', timeoutMs: 100, clock: virtualClock() }).run(() => Promise.reject(reset))
    await expect(answer).rejects.toBe(reset)

    expect(spans.ended('limited')[0]?.events.at(-1)).toEqual([
      'exception',
      { 'exception.type': 'ECONNRESET', 'exception.message': 'socket hang up', 'exception.stacktrace': reset.stack },
    ])
  })

  it('has no status of an error where the caller cancelled', async () => {
    const clock = virtualClock()
    const spans = traced()
    const caller = new AbortController()

    const answer = retry({ name: 'left', budget: false, clock }).run(scripted([hangs()], { clock }), {
      signal: caller.signal,
    })
    caller.abort(new Error('gone'))
    await expect(answer).rejects.toThrow('gone')

    expect(spans.ended('left')).toMatchObject([
      { attributes: { 'holdfast.outcome': 'cancelled', 'holdfast.attempts': 1 }, status: 'UNSET' },
    ])
    expect(spans.ended('left')[0]?.attributes).not.toHaveProperty('error.type')
  })

  it('has no attempts where none was made', async () => {
    const spans = traced()

    const answer = retry({ name: 'never', budget: false, clock: virtualClock() }).run(() => 1, {
      signal: AbortSignal.abort('gone'),
    })
    await expect(answer).rejects.toBe('gone')

    expect(spans.ended('never')).toMatchObject([{ attributes: { 'holdfast.attempts': 0 }, events: [] }])
  })

  it('tells nothing that happens after its end', async () => {
    const clock = virtualClock()
    const spans = traced()
    const policy = timeout({ name: 'limited', timeoutMs: 100, clock })

    const answer = policy.run(scripted([resolves('late', { afterMs: 500, isDeaf: true })], { clock }))
    await Promise.all([expect(answer).rejects.toThrow(), clock.advance(500)])

    expect(spans.ended('limited')).toMatchObject([{ status: 'ERROR' }])
    expect(spans.ended('limited')[0]?.events.map(([name]) => name)).toEqual(['attempt.started', 'timeout.expired'])
  })

  it('is not there for a call that began before, where another observer made it tell its end', async () => {
    const clock = virtualClock()
    onTestFinished(observe({ event: () => {} }))
    const answer = timeout({ timeoutMs: 100, clock }).run(scripted([resolves('fresh', { afterMs: 30 })], { clock }))

    const spans = traced({ attemptSpans: true })
    await timeout({ name: 'later', timeoutMs: 100, clock }).run(() => 'fresh')
    await Promise.all([answer, clock.advance(30)])

    expect(spans.tree()).toEqual(['later', '  later attempt'])
  })

  it('is there for each of many calls at once, with its own events', async () => {
    const clock = virtualClock()
    const spans = traced()
    const policy = retry({ name: 'many', maxAttempts: 5, budget: false, random: () => 0.5, clock })
    const failures = [0, 3, 1, 4, 2]

    const answers = failures.map((count, index) => {
      const steps = Array.from({ length: count }, () => rejects(reset, { afterMs: 10 * index }))
      return policy.run(scripted([...steps, resolves('fresh', { afterMs: 5 })], { clock }))
    })
    await Promise.all([...answers, clock.runAll()])

    const told = spans
      .ended('many')
      .map(({ attributes, events }) => [
        attributes['holdfast.attempts'],
        events.filter(([name]) => name === 'retry.scheduled').length,
      ])
    expect(told.toSorted(([one], [other]) => Number(one) - Number(other))).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 3],
      [5, 4],
    ])
  })
})

describe('the span of an attempt', () => {
  it('is there for each when asked for, in place of span events, and tells its own outcome', async () => {
    const clock = virtualClock()
    const spans = traced({ attemptSpans: true })
    const catalogue = pipeline.named('catalogue', retry({ name: 'again', budget: false, random: () => 0, clock }))

    await Promise.all([catalogue.run(scripted([rejects(reset), resolves('fresh')], { clock })), clock.runAll()])

    const policy = { 'holdfast.policy.kind': 'pipeline', 'holdfast.policy.name': 'catalogue' }
    expect(spans.tree()).toEqual(['catalogue', '  catalogue attempt', '  catalogue attempt'])
    expect(spans.ended('catalogue attempt')).toEqual([
      {
        attributes: { ...policy, 'holdfast.attempt': 1, 'holdfast.outcome': 'error', 'error.type': 'ECONNRESET' },
        status: 'ERROR',
        events: [],
      },
      { attributes: { ...policy, 'holdfast.attempt': 2, 'holdfast.outcome': 'value' }, status: 'UNSET', events: [] },
    ])
    expect(spans.ended('catalogue')).toMatchObject([{ attributes: { 'holdfast.attempts': 2 } }])
    expect(spans.ended('catalogue')[0]?.events.map(([name]) => name)).toEqual(['retry.scheduled', 'retry.succeeded'])
  })

  it('ends when its work does, after the span of its call', async () => {
    const clock = virtualClock()
    const spans = traced({ attemptSpans: true })
    const policy = timeout({ name: 'limited', timeoutMs: 100, clock })

    const answer = policy.run(scripted([resolves('late', { afterMs: 500, isDeaf: true })], { clock }))
    await Promise.all([expect(answer).rejects.toThrow(), clock.advance(100)])
    const meanwhile = [spans.ended('limited').length, spans.ended('limited attempt').length]
    await clock.advance(400)

    expect(meanwhile).toEqual([1, 0])
    expect(spans.ended('limited attempt')).toMatchObject([{ attributes: { 'holdfast.outcome': 'cancelled' } }])
  })

  it('ends with its own work, where two of one number are under way: a retry within a retry has that', async () => {
    const clock = virtualClock()
    traced({ attemptSpans: true })
    const inner = retry({ name: 'inner', maxAttempts: 1, budget: false, clock })
    const limit = timeout({ timeoutMs: 10, clock })
    const twice = pipeline.named('twice', retry({ name: 'outer', maxAttempts: 2, budget: false, clock }), inner, limit)
    const active: unknown[] = []
    const deafAtFirst = scripted([resolves('late', { afterMs: 90_000, isDeaf: true }), resolves('fresh')], { clock })

    const answer = twice.run(call => {
      active.push(trace.getActiveSpan())
      return deafAtFirst(call)
    })
    await Promise.all([answer, clock.advance(60_000)])
    const meanwhile = active.map(span => (span as ReadableSpan).attributes['holdfast.outcome'])
    await clock.runAll()

    expect(meanwhile).toEqual([undefined, 'value'])
    expect(active.map(span => (span as ReadableSpan).attributes['holdfast.outcome'])).toEqual(['cancelled', 'value'])
  })
})
