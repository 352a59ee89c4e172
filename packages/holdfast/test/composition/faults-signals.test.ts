import { resolves, scripted, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { type AnyPolicy, observe } from 'holdfast'
import { describe, expect, it, onTestFinished } from 'vitest'
import { everywhere } from './faults.ts'

const fault: Error = Object.freeze(new Error('fault of a signal'))

const throwing = (): never => {
  throw fault
}

type SignalLike = { -readonly [Member in 'aborted' | 'reason' | 'addEventListener' | 'removeEventListener']?: unknown }

/** What looks like an AbortSignal, and aborts by `fire`. */
function signalLike(members: SignalLike = {}): { signal: AbortSignal; fire: () => void; listeners: Set<() => void> } {
  const listeners = new Set<() => void>()
  const signal: SignalLike = {
    aborted: false,
    reason: undefined,
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
    ...members,
  }
  const fire = (): void => {
    signal.aborted = true
    for (const listener of listeners) listener()
  }
  return { signal: signal as unknown as AbortSignal, fire, listeners }
}

/** Runs something that takes 500 ms; says how that ended and what it has left. */
async function runWith(
  policy: AnyPolicy,
  clock: ReturnType<typeof virtualClock>,
  signal: AbortSignal,
  during?: () => void,
) {
  // What such a signal throws may be reported.
  onTestFinished(observe({ fault: () => {} }))
  const ends: unknown[] = []
  const operation = scripted([resolves('product', { afterMs: 500, isDeaf: true })], { clock })
  const unhandled = await unhandledRejectionsOf(async () => {
    const run = policy.run(operation, { signal, timeoutMs: 5_000 })
    void run.then(
      value => ends.push({ value }),
      (error: unknown) => ends.push({ error }),
    )
    await clock.advance(100)
    during?.()
    await clock.runAll()
  })
  const next = await policy.run(() => 'next').catch((error: unknown) => error)
  return { ends, unhandled, timers: clock.pendingTimers, next, calls: operation.calls.length }
}

const well = { unhandled: [], timers: 0, next: 'next' }

describe.each(everywhere)('a signal under $place', ({ make }) => {
  it('that has aborted without a reason rejects with undefined, and nothing is called', async () => {
    const clock = virtualClock()
    const { signal, listeners } = signalLike({ aborted: true })

    const course = await runWith(make(clock), clock, signal)

    expect(course).toEqual({ ...well, ends: [{ error: undefined }], calls: 0 })
    expect(listeners.size).toBe(0)
  })

  it.each([undefined, null, 0, '', Number.NaN])(
    'that aborts with the reason %s rejects with it at once',
    async reason => {
      const clock = virtualClock()
      const { signal, fire, listeners } = signalLike({ reason })

      const course = await runWith(make(clock), clock, signal, fire)

      expect(course).toEqual({ ...well, ends: [{ error: reason }], calls: 1 })
      expect(listeners.size).toBe(0)
    },
  )

  it('that aborts twice ends its run once', async () => {
    const clock = virtualClock()
    const { signal, fire } = signalLike({ reason: 'enough' })

    const course = await runWith(make(clock), clock, signal, () => {
      fire()
      fire()
    })

    expect(course).toEqual({ ...well, ends: [{ error: 'enough' }], calls: 1 })
  })

  it.each([
    ['addEventListener throws', { addEventListener: throwing }],
    ['aborted throws', Object.defineProperty({}, 'aborted', { enumerable: true, get: throwing })],
  ])('whose %s rejects the run with what it threw, and nothing is called', async (_, members) => {
    const clock = virtualClock()
    const { signal } = signalLike()
    Object.defineProperties(signal, Object.getOwnPropertyDescriptors(members))

    const course = await runWith(make(clock), clock, signal)

    expect(course).toEqual({ ...well, ends: [{ error: fault }], calls: 0 })
  })

  it.each([
    ['throws', throwing],
    ['is missing', undefined],
  ])('whose removeEventListener %s changes no outcome', async (_, removeEventListener) => {
    const clock = virtualClock()
    const { signal } = signalLike({ removeEventListener })

    const course = await runWith(make(clock), clock, signal)

    expect(course).toEqual({ ...well, ends: [{ value: 'product' }], calls: 1 })
  })

  it('whose removeEventListener throws ends its run at once when it aborts', async () => {
    const clock = virtualClock()
    const { signal, fire } = signalLike({ reason: 'enough', removeEventListener: throwing })

    const course = await runWith(make(clock), clock, signal, fire)

    expect(course).toEqual({ ...well, ends: [{ error: 'enough' }], calls: 1 })
  })

  it('that calls its listener as it is added ends its run at once, and leaves no timer', async () => {
    const clock = virtualClock()
    const { signal } = signalLike({
      reason: 'enough',
      addEventListener: (_: string, listener: () => void) => listener(),
    })

    const run = make(clock)
      .run(() => 'not called', { signal, timeoutMs: 5_000 })
      .catch((error: unknown) => error)

    expect(await run).toBe('enough')
    expect(clock.pendingTimers).toBe(0)
  })
})
