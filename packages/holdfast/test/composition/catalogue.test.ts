import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { catalogueOf } from './catalogue.ts'

const reset = new Error('reset')

describe('total timeout, retry, breaker and attempt timeout', () => {
  it('answer with a result that comes at once, and tell nothing', async () => {
    const clock = virtualClock()
    const { catalogue } = catalogueOf(clock)
    const recording = record(catalogue)

    const answer = await catalogue.run(scripted([resolves('product')], { clock }))

    expect(answer).toBe('product')
    expect(recording.types).toEqual([])
    expect(clock.pendingTimers).toBe(0)
  })

  it('cut a slow attempt short and answer with the next one', async () => {
    const clock = virtualClock()
    const { catalogue } = catalogueOf(clock)
    const recording = record(catalogue)
    const startMs = clock.nowMs()
    const operation = scripted([hangs(), resolves('product', { afterMs: 300 })], { clock })

    const answer = catalogue.run(operation)
    await clock.runAll()

    expect(await answer).toBe('product')
    expect(recording.events.map(({ type, atMs, attempt }) => [type, atMs - startMs, attempt])).toEqual([
      ['timeout.expired', 800, 1],
      ['retry.scheduled', 800, 1],
      ['timeout.settledLate', 800, 1],
      ['retry.succeeded', 1_200, 2],
    ])
  })

  it('show each attempt the earliest of all limits', async () => {
    const clock = virtualClock()
    const { catalogue } = catalogueOf(clock)
    const left: number[] = []

    const answer = catalogue.run(
      call => {
        left.push(call.remainingMs())
        if (call.attempt === 1) throw reset
        return 'product'
      },
      { timeoutMs: 700 },
    )
    await clock.runAll()
    await answer

    expect(left).toEqual([700, 600])
  })

  it('reject with the error of the last attempt', async () => {
    const clock = virtualClock()
    const { catalogue } = catalogueOf(clock)
    const recording = record(catalogue)
    const errors = [new Error('first'), new Error('second'), new Error('third')]

    const rejection = rejectionOf(
      catalogue.run(
        scripted(
          errors.map(error => rejects(error)),
          { clock },
        ),
      ),
    )
    await clock.runAll()

    expect(await rejection).toBe(errors[2])
    expect(recording.types).toEqual(['retry.scheduled', 'retry.scheduled', 'retry.exhausted'])
    expect(recording.of('retry.scheduled').map(({ delayMs }) => delayMs)).toEqual([100, 200])
  })

  it('reject with the timeout of the last attempt, told apart from the total by its name', async () => {
    const clock = virtualClock()
    const { catalogue } = catalogueOf(clock)

    const rejection = rejectionOf(catalogue.run(scripted([hangs(), hangs(), hangs()], { clock })))
    await clock.runAll()

    expect(await rejection).toMatchObject({ policy: 'catalogue.attempt', timeoutMs: 800 })
  })

  it('reject with the total timeout where it passes first', async () => {
    const clock = virtualClock()
    const { catalogue } = catalogueOf(clock)
    const recording = record(catalogue)
    const slow = rejects(reset, { afterMs: 790 })
    const operation = scripted([slow, slow, hangs({ isDeaf: true })], { clock })

    const rejection = rejectionOf(catalogue.run(operation, { timeoutMs: 2_000 }))
    await clock.advance(2_000)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 2_000 })
    expect(recording.types).toEqual(['retry.scheduled', 'retry.scheduled'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('open the circuit in an outage, and let no call wait or retry then', async () => {
    const clock = virtualClock()
    const { catalogue, breaker } = catalogueOf(clock)
    const recording = record(catalogue)
    let calls = 0
    const failing = (): never => {
      calls++
      throw reset
    }

    for (let run = 0; run < 6; run++) {
      const rejection = rejectionOf(catalogue.run(failing))
      await clock.runAll()
      await rejection
    }
    const lastBeforeOpen = rejectionOf(catalogue.run(failing))
    await clock.runAll()
    await lastBeforeOpen
    recording.clear()
    // The circuit opened at the 20th attempt; the retry after it, 200 ms later, was rejected.
    const rejected = await rejectionOf(catalogue.run(failing))

    expect(calls).toBe(20)
    expect(breaker.state).toBe('open')
    expect(rejected).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN', policy: 'catalogue', retryAfterMs: 4_800 })
    expect(recording.types).toEqual(['circuit.rejected'])
  })

  it('let a probe through after the open time, and close the circuit when it succeeds', async () => {
    const clock = virtualClock()
    const { catalogue, breaker } = catalogueOf(clock)
    const recording = record(catalogue)

    for (let run = 0; run < 7; run++) {
      const rejection = rejectionOf(catalogue.run(() => Promise.reject(reset)))
      await clock.runAll()
      await rejection
    }
    recording.clear()
    await clock.advance(5_000)
    const answer = await catalogue.run(() => 'product')

    expect(answer).toBe('product')
    expect(breaker.state).toBe('closed')
    expect(recording.types).toEqual(['circuit.halfOpened', 'circuit.closed'])
  })

  it('reject at once when the caller aborts during a backoff', async () => {
    const clock = virtualClock()
    const { catalogue } = catalogueOf(clock)
    const controller = new AbortController()
    const reason = new Error('user left')
    const operation = scripted([rejects(reset)], { clock })

    const rejection = rejectionOf(catalogue.run(operation, { signal: controller.signal }))
    await clock.advance(50)
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(operation.calls).toHaveLength(1)
    expect(clock.pendingTimers).toBe(0)
  })
})
