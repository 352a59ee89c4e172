import { AsyncLocalStorage } from 'node:async_hooks'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { rejects, resolves, scripted, type VirtualClock, virtualClock } from '@holdfast/testing'
import { circuitBreaker, constant, observe, type PolicyEvent, pipeline, retry, timeout } from 'holdfast'
import { afterEach, describe, expect, it } from 'vitest'

let stop = (): void => {}
afterEach(() => stop())

function catalogueOf(clock: VirtualClock) {
  return pipeline.named(
    'catalogue',
    retry({ clock, backoff: constant({ delayMs: 100, jitter: 'none' }) }),
    circuitBreaker({ clock }),
    timeout({ clock, timeoutMs: 800 }),
  )
}

function observed(): readonly PolicyEvent[] {
  const events: PolicyEvent[] = []
  stop = observe({ event: event => events.push(event) })
  return events
}

describe('an observer', () => {
  it('sees the call, each attempt and what policies tell, in order', async () => {
    const clock = virtualClock()
    const events = observed()

    const answer = catalogueOf(clock).run(scripted([rejects(new Error('reset')), resolves('product')], { clock }))
    await clock.runAll()
    await answer

    expect(events.map(({ type, attempt }) => [type, attempt])).toEqual([
      ['call.started', 1],
      ['attempt.started', 1],
      ['attempt.settled', 1],
      ['retry.scheduled', 1],
      ['attempt.started', 2],
      ['attempt.settled', 2],
      ['retry.succeeded', 2],
      ['call.settled', 1],
    ])
    expect(new Set(events.map(({ callId }) => callId)).size).toBe(1)
    expect(new Set(events.map(event => event.pipeline))).toEqual(new Set(['catalogue']))
  })

  it('sees an attempt settle that a timeout had given up on, as cancelled', async () => {
    const clock = virtualClock()
    const events = observed()
    const late = resolves('late', { afterMs: 900, isDeaf: true })

    const answer = catalogueOf(clock).run(scripted([late, resolves('product')], { clock }))
    await clock.runAll()
    await answer

    expect(events.filter(({ type }) => type === 'attempt.settled')).toMatchObject([
      { attempt: 1, outcome: 'cancelled', durationMs: 900 },
      { attempt: 2, outcome: 'value', durationMs: 0 },
    ])
  })

  it('sees a call that its caller aborted as cancelled', async () => {
    const clock = virtualClock()
    const events = observed()
    const controller = new AbortController()

    const rejection = rejectionOf(
      catalogueOf(clock).run(scripted([rejects(new Error('reset'))], { clock }), { signal: controller.signal }),
    )
    await clock.advance(50)
    controller.abort()
    await rejection

    expect(events.filter(({ type }) => type === 'call.settled')).toMatchObject([
      { outcome: 'cancelled', durationMs: 50 },
    ])
  })

  it('brackets the call and each attempt, so that a trace can follow them', async () => {
    const clock = virtualClock()
    const spans = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    stop = observe({
      around: ({ scope, attempt }, next) => spans.run(`${spans.getStore() ?? 'none'} › ${scope} ${attempt}`, next),
    })

    const answer = catalogueOf(clock).run(async ({ attempt }) => {
      await Promise.resolve()
      seen.push(spans.getStore())
      if (attempt === 1) throw new Error('reset')
    })
    await clock.runAll()
    await answer

    expect(seen).toEqual(['none › call 1 › attempt 1', 'none › call 1 › attempt 2'])
  })
})
