import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { bulkhead, circuitBreaker, consecutiveFailures, constant, pipeline, retry, timeout } from 'holdfast'
import { describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('traps of a bulkhead inside a timeout: a waiter that timed out', () => {
  it('does not receive the next slot, and takes no capacity with it', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 2 })
    const policy = pipeline(timeout({ clock, timeoutMs: 200 }), slots)
    const permit = slots.tryAcquire()
    const operation = scripted<string>([], { clock })

    const rejection = rejectionOf(policy.run(operation))
    await clock.advance(100)
    const waiter = policy.run(() => 'still here')
    await clock.advance(100)
    const queued = [slots.queued]
    permit?.release()

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect(await waiter).toBe('still here')
    expect(operation.calls).toEqual([])
    expect([queued, slots.active, slots.queued, clock.pendingTimers]).toEqual([[1], 0, 0, 0])
  })

  it('in the tick in which the slot is handed over passes it on', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 2 })
    const policy = pipeline(timeout({ clock, timeoutMs: 200 }), slots)
    const permit = slots.tryAcquire()
    const operation = scripted<string>([], { clock })
    // Nothing settles between the two: the slot is handed over, and the limit passes before the work starts.
    const nested = { expire: (): void => {} }
    const hurried = { ...clock, setTimeout: (callback: () => void) => void (nested.expire = callback) }
    const impatient = timeout({ clock: hurried, timeoutMs: 200 })

    const rejection = rejectionOf(impatient.run(call => slots.run(operation, call)))
    const next = policy.run(() => 'next')
    permit?.release()
    nested.expire()

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect(await next).toBe('next')
    expect(operation.calls).toEqual([])
    expect(slots.active).toBe(0)
  })
})

describe.each([
  ['outside', true],
  ['inside', false],
])('traps of a bulkhead with a timeout %s: the slot', (_, isOutside) => {
  it('is not freed at the timeout while the work runs on: capacity 1 never runs two at once', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1 })
    const limit = timeout({ clock, timeoutMs: 100 })
    const policy = isOutside ? pipeline(limit, slots) : pipeline(slots, limit)
    const late = resolves('late', { afterMs: 1_000, isDeaf: true })
    const operation = scripted([late, late], { clock })
    const [running, ends]: [number[], Promise<string>[]] = [[], []]

    for (let call = 0; call < 5; call++) {
      ends.push(policy.run(operation).catch(({ code }: { readonly code: string }) => code))
      await clock.advance(200)
      running.push(operation.running)
    }
    ends.push(policy.run(operation).catch(({ code }: { readonly code: string }) => code))
    await clock.runAll()

    const refused = Array.from({ length: 4 }, () => 'ERR_HOLDFAST_BULKHEAD_FULL')
    expect(running).toEqual([1, 1, 1, 1, 0])
    expect(await Promise.all(ends)).toEqual(['ERR_HOLDFAST_TIMEOUT', ...refused, 'ERR_HOLDFAST_TIMEOUT'])
    expect(slots.active).toBe(0)
  })
})

describe('traps of a retry around policies that protect', () => {
  it('does not retry an open circuit', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock })
    const policy = pipeline(retry({ clock, backoff, handles: () => true }), breaker)
    const recording = record(policy)
    breaker.isolate()
    recording.clear()

    const rejection = await rejectionOf(policy.run(() => 'not called'))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN', isolated: true })
    expect(recording.types).toEqual(['circuit.rejected'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends as the breaker opens between two attempts: an outage is called no more', async () => {
    const clock = virtualClock()
    const policy = pipeline(
      retry({ clock, backoff, maxAttempts: Infinity, budget: false }),
      circuitBreaker({ clock, trip: consecutiveFailures(3) }),
    )
    const down = rejects(new Error('down'))
    const operation = scripted([down, down, down], { clock })

    const rejection = rejectionOf(policy.run(operation))
    await clock.runAll()

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
    expect(operation.calls).toHaveLength(3)
  })
})

describe('traps of a retry around a timeout', () => {
  it('gives each attempt a signal of its own: the aborted one of the first is not used again', async () => {
    const clock = virtualClock()
    const policy = pipeline(retry({ clock, backoff }), timeout({ clock, timeoutMs: 800 }))
    const operation = scripted([hangs(), resolves('product', { afterMs: 700 })], { clock })

    const answer = policy.run(operation)
    await clock.runAll()

    expect(await answer).toBe('product')
    expect(operation.calls.map(({ call }) => call.signal.aborted)).toEqual([true, false])
  })

  it('counts waits and attempts against the total, not only between attempts', async () => {
    const clock = virtualClock()
    const policy = pipeline(timeout({ clock, timeoutMs: 1_000 }), retry({ clock, backoff, maxAttempts: Infinity }))
    const startMs = clock.nowMs()
    const slow = rejects(new Error('slow'), { afterMs: 350, isDeaf: true })
    const operation = scripted([slow, slow, slow], { clock })

    const endedAtMs = policy.run(operation).catch(() => clock.nowMs() - startMs)
    await clock.runAll()

    expect(await endedAtMs).toBe(1_000)
    expect(operation.calls.map(({ atMs }) => atMs - startMs)).toEqual([0, 450, 900])
  })
})
