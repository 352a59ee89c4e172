import type { CircuitEvent } from '@holdfast/circuit-breaker'
import { observe, pipeline } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

describe('a listener of a circuit breaker', () => {
  it('that closes the circuit as it opens is obeyed, and all hear of it in order', async () => {
    const breaker = brittle(virtualClock())
    breaker.subscribe(event => {
      if (event.type === 'circuit.opened') breaker.close({ reason: 'by a listener' })
    })
    const recording = record(breaker)

    await fail(breaker)

    expect(breaker.state).toBe('closed')
    expect(recording.types).toEqual(['circuit.opened', 'circuit.closed'])
  })

  it('that isolates the circuit as it closes is obeyed', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    breaker.subscribe(event => {
      if (event.type === 'circuit.closed') breaker.isolate()
    })
    const recording = record(breaker)
    await fail(breaker)
    await clock.advance(1_000)

    await succeed(breaker)

    expect(breaker.state).toBe('isolated')
    expect(recording.types).toEqual(['circuit.opened', 'circuit.halfOpened', 'circuit.closed', 'circuit.opened'])
  })

  it('that runs a call as the circuit opens gets a rejection, without a deadlock', async () => {
    const breaker = brittle(virtualClock())
    const rejections: unknown[] = []
    breaker.subscribe(async event => {
      if (event.type === 'circuit.opened') rejections.push(await rejectionOf(breaker.run(() => 'not called')))
    })
    const recording = record(breaker)

    await fail(breaker)
    await Promise.resolve()

    expect(rejections).toMatchObject([{ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' }])
    expect(recording.types).toEqual(['circuit.opened', 'circuit.rejected'])
  })

  it('cannot take the place of the call that made the circuit half-open', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const taken: unknown[] = []
    breaker.subscribe(event => {
      if (event.type === 'circuit.halfOpened') taken.push(breaker.tryAcquire())
    })
    await fail(breaker)
    await clock.advance(1_000)

    const answer = await breaker.run(() => 'probe')

    expect(answer).toBe('probe')
    expect(taken).toEqual([undefined])
  })

  it('changes no outcome by what it throws or rejects with, which is reported', async () => {
    const breaker = brittle(virtualClock(), { name: 'catalogue' })
    const faults: unknown[] = []
    onTestFinished(observe({ fault: fault => faults.push(fault) }))
    breaker.subscribe(() => {
      throw new Error('thrown')
    })
    breaker.subscribe(() => Promise.reject(new Error('rejected')))
    const down = new Error('down')

    const rejection = await rejectionOf(breaker.run(() => Promise.reject(down)))
    await virtualClock().settle()

    expect(rejection).toBe(down)
    expect(breaker.state).toBe('open')
    expect(faults).toMatchObject([
      { error: { message: 'thrown' }, source: 'a listener of catalogue' },
      { error: { message: 'rejected' }, source: 'a listener of catalogue' },
    ])
  })

  it('hears nothing any more when it has left', async () => {
    const breaker = brittle(virtualClock())
    const listener = vi.fn()

    breaker.subscribe(listener)()
    await fail(breaker)

    expect(listener).not.toHaveBeenCalled()
  })

  it('sees the state that the event tells of', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const states: [CircuitEvent['type'], string][] = []
    breaker.subscribe(({ type }) => states.push([type, breaker.state]))

    await fail(breaker, 2)
    await clock.advance(1_000)
    await succeed(breaker)

    expect(states).toEqual([
      ['circuit.opened', 'open'],
      ['circuit.rejected', 'open'],
      ['circuit.halfOpened', 'halfOpen'],
      ['circuit.closed', 'closed'],
    ])
  })

  it('is told of those who wait after they have been woken', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const told: string[] = []
    breaker.isolate()
    const available = breaker.whenAvailable().then(() => told.push('available'))

    breaker.subscribe(async ({ type }) => {
      await Promise.resolve()
      await clock.settle()
      told.push(type)
    })
    breaker.close()
    await Promise.all([available, clock.settle()])
    await clock.settle()

    expect(told).toEqual(['available', 'circuit.closed'])
  })

  it('hears through a pipeline, with the name of the pipeline for what a call caused', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { name: 'breaker' })
    const shop = pipeline.named('shop', breaker)
    const recording = record(shop)

    await fail(shop, 2)

    expect(recording.events).toMatchObject([
      { type: 'circuit.opened', policy: { name: 'breaker' } },
      { type: 'circuit.rejected', policy: { name: 'breaker' }, pipeline: 'shop', attempt: 1 },
    ])
  })

  it('is told too when it observes the process', async () => {
    const types: string[] = []
    onTestFinished(observe({ event: ({ type }) => types.push(type) }))

    await fail(brittle(virtualClock()))

    expect(types).toContain('circuit.opened')
  })

  it('that aborts the probe as the circuit becomes half-open keeps it from being called, and its place free', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    breaker.subscribe(event => {
      if (event.type === 'circuit.halfOpened') controller.abort('enough')
    })
    await fail(breaker)
    await clock.advance(1_000)
    const operation = vi.fn(() => 'not called')

    const rejection = await rejectionOf(breaker.run(operation, { signal: controller.signal }))
    const afterAbort = breaker.state
    await succeed(breaker)

    expect(rejection).toBe('enough')
    expect(operation).not.toHaveBeenCalled()
    expect([afterAbort, breaker.state]).toEqual(['halfOpen', 'closed'])
    expect(clock.pendingTimers).toBe(0)
  })
})
