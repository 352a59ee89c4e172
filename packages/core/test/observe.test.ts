import { type Observer, observe, type PolicyEvent, pipeline } from '@holdfast/core'
import { hangs, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { limiting, passing, repeating, telling } from './layers.ts'

/** All events of the process while the test runs. */
function watch(): PolicyEvent[] {
  const events: PolicyEvent[] = []
  onTestFinished(observe({ event: event => events.push(event) }))
  return events
}

const typesOf = (events: readonly PolicyEvent[]): string[] => events.map(({ type }) => type)

describe('observe', () => {
  it('tells of the call, of its attempts and of what policies say in between', async () => {
    const clock = virtualClock()
    const events = watch()
    const layers = pipeline(repeating({ times: 2, clock }), passing({ clock }))

    await layers.run(scripted([rejects('down'), resolves('up')], { clock }))

    expect(typesOf(events)).toEqual([
      'call.started',
      'passing.passed',
      'attempt.started',
      'attempt.settled',
      'passing.passed',
      'attempt.started',
      'attempt.settled',
      'call.settled',
    ])
    expect(new Set(events.map(({ callId }) => callId)).size).toBe(1)
    expect(events.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 2, 2, 2, 1])
  })

  it('speaks of the pipeline as a whole in the events of calls and attempts', async () => {
    const clock = virtualClock()
    const events = watch()

    await pipeline.named('catalogue', limiting({ limitMs: 50, clock })).run(() => 'up')

    const policy = { name: 'catalogue', kind: 'pipeline' }
    expect(events).toMatchObject([0, 1, 2, 3].map(() => ({ policy, pipeline: 'catalogue', atMs: clock.nowMs() })))
  })

  it('tells of a value how long it took', async () => {
    const clock = virtualClock()
    const events = watch()

    const answer = passing({ clock }).run(scripted([resolves('up', { afterMs: 30 })], { clock }))
    await Promise.all([answer, clock.advance(30)])

    expect(events).toMatchObject([
      { type: 'call.started' },
      { type: 'passing.passed' },
      { type: 'attempt.started' },
      { type: 'attempt.settled', outcome: 'value', durationMs: 30 },
      { type: 'call.settled', outcome: 'value', durationMs: 30 },
    ])
    expect(events.at(-1)).not.toHaveProperty('error')
  })

  it('tells of an error its name and code', async () => {
    const events = watch()
    const error = Object.assign(new RangeError('at 10.0.0.1'), { code: 'ECONNRESET' })

    await expect(passing().run(() => Promise.reject(error))).rejects.toBe(error)

    const facts = { outcome: 'error', error, errorName: 'RangeError', errorCode: 'ECONNRESET' }
    expect(events.slice(-2)).toMatchObject([
      { type: 'attempt.settled', ...facts },
      { type: 'call.settled', ...facts },
    ])
  })

  it('tells of a call whose limit passed that it was cancelled, and of the attempt when that has ended', async () => {
    const clock = virtualClock()
    const events = watch()
    const operation = scripted([resolves('late', { afterMs: 80, isDeaf: true })], { clock })

    const answer = passing({ clock }).run(operation, { timeoutMs: 50 })
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(80)])

    expect(events.slice(-2)).toMatchObject([
      { type: 'call.settled', outcome: 'cancelled', durationMs: 50, errorCode: 'ERR_HOLDFAST_TIMEOUT' },
      { type: 'attempt.settled', outcome: 'cancelled', durationMs: 80 },
    ])
  })

  it('tells of a layer that gave up that the call failed and the attempt was cancelled', async () => {
    const clock = virtualClock()
    const events = watch()

    const answer = limiting({ limitMs: 50, clock }).run(scripted([hangs()], { clock }))
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])

    const settled = events.filter(({ type }) => type.endsWith('.settled'))
    expect(settled).toHaveLength(2)
    expect(settled).toContainEqual(expect.objectContaining({ type: 'attempt.settled', outcome: 'cancelled' }))
    expect(settled).toContainEqual(expect.objectContaining({ type: 'call.settled', outcome: 'error' }))
  })

  it('tells of a call that its caller had aborted before that it was cancelled, without an attempt', async () => {
    const events = watch()

    const answer = passing().run(() => 'up', { signal: AbortSignal.abort('enough') })

    await expect(answer).rejects.toBe('enough')
    expect(events).toMatchObject([
      { type: 'call.started' },
      { type: 'call.settled', outcome: 'cancelled', error: 'enough', errorName: 'string', errorCode: undefined },
    ])
  })

  it('never says that something took less than no time', async () => {
    const clock = virtualClock()
    const events = watch()

    await passing({ clock }).run(() => clock.jump(-3_600_000))

    expect(events.at(-1)).toMatchObject({ type: 'call.settled', durationMs: 0 })
  })

  it('ends when it is undone, for that observer alone', async () => {
    const [one, other] = [vi.fn(), vi.fn()]
    const stop = observe({ event: one })
    onTestFinished(observe({ event: other }))

    stop()
    stop()
    telling().tell('on')

    expect(one).not.toHaveBeenCalled()
    expect(other).toHaveBeenCalledOnce()
  })

  it('takes the same observer twice, and undoes one of them at a time', () => {
    const event = vi.fn()
    const observer = { event }
    const stop = observe(observer)
    onTestFinished(observe(observer))

    stop()
    stop()
    telling().tell('on')

    expect(event).toHaveBeenCalledOnce()
  })

  it('reads its members once', () => {
    const event = vi.fn(() => () => {})
    const observer = Object.freeze(Object.defineProperty({}, 'event', { get: event, enumerable: true }))
    onTestFinished(observe(observer))

    telling().tell('on')
    telling().tell('off')

    expect(event).toHaveBeenCalledOnce()
  })

  it.each([
    [{ events: () => {} }, 'unknown option "events", expected one of event, around, fault'],
    [{ event: 'log' }, 'event must be a function, got "log"'],
    [{ around: null }, 'around must be a function, got null'],
    [null, 'options must be an object, got null'],
  ])('refuses %o', (observer, problem) => {
    expect(() => observe(observer as unknown as Observer)).toThrow(new TypeError(`observe: ${problem}`))
  })

  it('needs none of its members', () => {
    onTestFinished(observe({}))

    expect(() => telling().tell('on')).not.toThrow()
  })
})
