import { type BulkheadOptions, bulkhead } from '@holdfast/bulkhead'
import { pipeline } from '@holdfast/core'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const slots = 'maxConcurrent must be an integer of at least 1'
const places = 'maxQueued must be an integer of at least 0'
const wait = 'maxWaitMs must be a number of milliseconds, at least 0'
const reclaim = 'reclaimMs must be a number of milliseconds, at least 0'

describe('the options of a bulkhead', () => {
  it.each([
    ['bulkhead: options must be an object, got null', TypeError, null],
    [`bulkhead: ${slots}, got undefined`, TypeError, undefined],
    [`bulkhead: ${slots}, got undefined`, TypeError, {}],
    [`bulkhead: ${slots}, got 0`, RangeError, { maxConcurrent: 0 }],
    [`bulkhead: ${slots}, got -1`, RangeError, { maxConcurrent: -1 }],
    [`bulkhead: ${slots}, got 1.5`, RangeError, { maxConcurrent: 1.5 }],
    [`bulkhead: ${slots}, got NaN`, RangeError, { maxConcurrent: Number.NaN }],
    [`bulkhead: ${slots}, got "4"`, TypeError, { maxConcurrent: '4' }],
    [`bulkhead: ${places}, got -1`, RangeError, { maxConcurrent: 1, maxQueued: -1 }],
    [`bulkhead: ${places}, got 0.5`, RangeError, { maxConcurrent: 1, maxQueued: 0.5 }],
    [`bulkhead: ${places}, got null`, TypeError, { maxConcurrent: 1, maxQueued: null }],
    [`bulkhead: ${wait}, got -1`, RangeError, { maxConcurrent: 1, maxWaitMs: -1 }],
    [`bulkhead: ${wait}, got NaN`, RangeError, { maxConcurrent: 1, maxWaitMs: Number.NaN }],
    [`bulkhead: ${wait}, got "2s"`, TypeError, { maxConcurrent: 1, maxWaitMs: '2s' }],
    [`bulkhead: ${reclaim}, got -1`, RangeError, { maxConcurrent: 1, reclaimMs: -1 }],
    [`bulkhead: ${reclaim}, got false`, TypeError, { maxConcurrent: 1, reclaimMs: false }],
    [
      `bulkhead "reports": ${slots}, got 0; ${places}, got -1`,
      RangeError,
      { name: 'reports', maxConcurrent: 0, maxQueued: -1 },
    ],
    [
      'bulkhead: unknown option "maxQueue", expected one of maxConcurrent, maxQueued, maxWaitMs, reclaimMs, name, clock, enabled',
      TypeError,
      { maxConcurrent: 1, maxQueue: 5 },
    ],
  ])('throw: %s', (message, kind, options) => {
    const make = (): unknown => bulkhead(options as BulkheadOptions)

    expect(make).toThrow(new kind(message))
  })

  it.each<BulkheadOptions>([
    { maxConcurrent: 1 },
    { maxConcurrent: Infinity },
    { maxConcurrent: 1, maxQueued: 0, maxWaitMs: 0, reclaimMs: 0 },
    { maxConcurrent: 1, maxQueued: Infinity, maxWaitMs: Infinity, reclaimMs: Infinity },
    { maxConcurrent: 1, maxQueued: undefined, maxWaitMs: undefined, reclaimMs: undefined, name: undefined },
  ])('may be %o', options => {
    const policy = bulkhead(options)

    expect([policy.active, policy.queued]).toEqual([0, 0])
  })

  it('are read once, and never written to', async () => {
    const options = Object.freeze({ maxConcurrent: 1 })

    const policy = bulkhead(options)
    policy.update({ maxConcurrent: 2 })

    expect(options).toEqual({ maxConcurrent: 1 })
  })

  it('do not let one bulkhead stand twice in a pipeline, where it would wait for itself', () => {
    const twice = bulkhead({ name: 'reports', maxConcurrent: 1 })
    const message = 'pipeline: reports is there twice, and would wait for itself'

    expect(() => pipeline(twice, twice)).toThrow(new TypeError(message))
    expect(() => pipeline(twice, pipeline(bulkhead({ maxConcurrent: 1 }), twice))).toThrow(new TypeError(message))
  })

  it('let two bulkheads stand in one pipeline', async () => {
    const both = pipeline(bulkhead({ maxConcurrent: 1 }), bulkhead({ maxConcurrent: 1 }))

    expect(await both.run(() => 'up')).toBe('up')
  })

  it('say whether the clock is that of the pipeline', () => {
    const make = (): unknown =>
      pipeline(bulkhead({ maxConcurrent: 1, clock: virtualClock() }), bulkhead({ name: 'other', maxConcurrent: 1 }))

    expect(make).toThrow(
      new TypeError('pipeline: other has another clock than the pipeline, give all members the same'),
    )
  })
})
