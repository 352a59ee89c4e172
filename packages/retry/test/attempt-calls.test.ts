import { type Call, pipeline } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('retry', () => {
  it('counts the attempts from 1 and gives each a call and a signal of its own', async () => {
    const clock = virtualClock()
    const operation = failing(clock, errors(2), 'product')

    const answer = retry({ clock, backoff }).run(operation)
    await clock.runAll()
    await answer

    expect(operation.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(new Set(operation.calls.map(({ call }) => call)).size).toBe(3)
    expect(new Set(operation.calls.map(({ call }) => call.signal)).size).toBe(3)
  })

  it('hands the context and the deadline of the run to every attempt', async () => {
    const clock = virtualClock()
    const startMs = clock.nowMs()
    const context = { tenant: 'north' }
    const operation = failing(clock, errors(1), 'product')

    const answer = retry({ clock, backoff }).run(operation, { context, timeoutMs: 5_000 })
    await clock.runAll()
    await answer

    expect(operation.calls.map(({ call }) => call.context)).toEqual([context, context])
    expect(operation.calls.map(({ call }) => call.deadlineMs)).toEqual([startMs + 5_000, startMs + 5_000])
  })

  it('counts its own attempts inside another retry of the pipeline', async () => {
    const clock = virtualClock()
    const twice = { clock, backoff, maxAttempts: 2 }
    const operation = failing(clock, errors(4))

    const rejection = rejectionOf(pipeline(retry(twice), retry(twice)).run(operation))
    await clock.runAll()

    await rejection
    expect(operation.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2])
  })

  it('counts its own attempts inside the operation of another retry', async () => {
    const clock = virtualClock()
    const inner = retry({ clock, backoff, maxAttempts: 2 })
    const operation = failing(clock, errors(3), 'product')

    const answer = retry({ clock, backoff }).run((call: Call) => inner.run(operation, call))
    await clock.runAll()

    expect(await answer).toBe('product')
    expect(operation.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2])
  })
})
