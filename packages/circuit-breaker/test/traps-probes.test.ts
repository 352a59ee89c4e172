import { circuitBreaker, failureRate } from '@holdfast/circuit-breaker'
import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'
import { cancelledProbes, lostProbes } from './lost-probes.ts'
import { recovering } from './recovering.ts'

const ends = ['succeed', 'fail'] as const

describe.each(placements)('traps of half-open circuits, $place', ({ put }) => {
  describe.each([
    ['a call', {}],
    ['a call that can be cancelled', { signal: new AbortController().signal }],
  ])('%s', (_, options) => {
    it.each(ends)(
      'admitted while closed that settles while half-open neither closes nor re-opens the circuit: %s',
      async end => {
        const clock = virtualClock()
        const breaker = brittle(clock)
        const policy = put(breaker, clock)
        const old = begin(policy, options)
        await fail(policy)
        await clock.advance(1_000)

        const probe = begin(policy)
        await old[end]()
        const afterOld = breaker.state
        const second = breaker.tryAcquire()
        await probe.succeed()

        expect([afterOld, breaker.state]).toEqual(['halfOpen', 'closed'])
        expect(second).toBeUndefined()
      },
    )
  })
})

describe('traps of half-open circuits', () => {
  it.each(['success', 'failure', 'ignore'] as const)(
    'a permit taken while closed that settles while half-open neither closes nor re-opens the circuit: %s',
    async end => {
      const clock = virtualClock()
      const breaker = brittle(clock)
      const old = breaker.tryAcquire()
      await fail(breaker)
      await clock.advance(1_000)
      const probe = breaker.tryAcquire()

      old?.[end]()

      expect(probe).toBeDefined()
      expect(breaker.state).toBe('halfOpen')
      expect(breaker.tryAcquire()).toBeUndefined()
      probe?.ignore()
    },
  )

  it('an ignored result gives the place of its probe back once: one permitted, one admitted', async () => {
    const clock = virtualClock()
    const ignored = new Error('not found')
    const breaker = await recovering(clock, {}, { ignores: ({ error }) => error === ignored })

    for (let probe = 0; probe < 5; probe++) await rejectionOf(breaker.run(() => Promise.reject(ignored)))
    const [first, second] = [breaker.tryAcquire(), breaker.tryAcquire()]

    expect(first).toBeDefined()
    expect(second).toBeUndefined()
  })

  it('a permit that is ignored again and again gives its place back once: two permitted, two admitted', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, { probes: 2 })
    const held = breaker.tryAcquire()
    const permit = breaker.tryAcquire()

    for (let time = 0; time < 5; time++) permit?.ignore()
    const [next, onePermitTooMany] = [breaker.tryAcquire(), breaker.tryAcquire()]

    expect([held, next]).not.toContain(undefined)
    expect(onePermitTooMany).toBeUndefined()
  })

  it('a probe that was aborted, and then fails, gives its place back once', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, {})
    const controller = new AbortController()
    const aborted = begin(breaker, { signal: controller.signal })
    controller.abort(new Error('enough'))

    const next = breaker.tryAcquire()
    await aborted.fail()

    expect(next).toBeDefined()
    expect(breaker.tryAcquire()).toBeUndefined()
  })

  it.each(lostProbes)(
    'a probe that $how leaves nothing stuck: the next ones close the circuit',
    async ({ options, lose }) => {
      const clock = virtualClock()
      const halfOpen = { probeTimeoutMs: 500, failureThreshold: 9, successThreshold: 2 }
      const breaker = await recovering(clock, halfOpen, options)

      for (let probe = 0; probe < 3; probe++) await lose(breaker, clock)
      await succeed(breaker)
      const between = breaker.state
      await succeed(breaker)

      expect([between, breaker.state]).toEqual(['halfOpen', 'closed'])
      expect(clock.pendingTimers).toBe(0)
    },
  )

  it.each(cancelledProbes)(
    'cancelling a probe $how does not close the circuit, whatever it brings late',
    async ({ lose }) => {
      const clock = virtualClock()
      const breaker = await recovering(clock, {})
      const { events } = record(breaker)

      const one = await lose(breaker, clock)
      const other = await lose(breaker, clock)
      await one.succeed()
      await other.fail()
      await clock.settle()

      expect(breaker.state).toBe('halfOpen')
      expect(events).toMatchObject([{ type: 'circuit.halfOpened' }])
    },
  )

  it('half-open is not decided after one of ten probes when all of them shall succeed', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, { probes: 10, successThreshold: 10 })
    const probes = Array.from({ length: 10 }, () => begin(breaker))

    for (const probe of probes.slice(0, 9)) await probe.succeed()
    const before = breaker.state
    await probes[9]?.succeed()

    expect([before, breaker.state]).toEqual(['halfOpen', 'closed'])
  })

  it.each(ends)(
    'half-open is not decided after one of ten probes because minCalls of the strategy is 1: %s',
    async end => {
      const clock = virtualClock()
      const trip = failureRate({ threshold: 0.1, windowCalls: 10, minCalls: 1 })
      const halfOpen = { probes: 10, successThreshold: 10, failureThreshold: 10 }
      const breaker = circuitBreaker({ clock, trip, halfOpen, openMs: 1_000 })
      await fail(breaker)
      await clock.advance(1_000)
      const probes = Array.from({ length: 10 }, () => begin(breaker))

      await probes[0]?.[end]()

      expect(breaker.state).toBe('halfOpen')
    },
  )
})
