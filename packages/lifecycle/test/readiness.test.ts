import { bulkhead } from '@holdfast/bulkhead'
import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { begin } from '@holdfast/fixtures/pending'
import type { Check, Health } from '@holdfast/lifecycle'
import { describe, expect, it } from 'vitest'
import { observedLife } from './observed-life.ts'

const fine = (): void => {}
const down = (): never => {
  throw new Error('postgres://admin:secret@db is down')
}
const never = new Promise<never>(() => {})

/** A lifecycle that has started, with such checks. */
function startedLife(checks: Readonly<Record<string, Check>>, options: { details?: boolean; discover?: boolean } = {}) {
  const observed = observedLife({ checks, checkIntervalMs: 5_000, checkTimeoutMs: 500, ...options })
  observed.life.started()
  return observed
}

const briefly = ({ status, code }: Health): [string, number] => [status, code]

describe('readiness', () => {
  it('succeeds from started() until the shutdown, liveness always, startup from started() on', async () => {
    const { life } = observedLife()
    const probe = async (): Promise<number[]> => [life.live().code, (await life.ready()).code, life.startup().code]

    const starting = await probe()
    life.started()
    const running = await probe()
    const end = life.shutdown({ reason: 'deploy' })
    const draining = await probe()
    await end

    expect(starting).toEqual([200, 503, 503])
    expect(running).toEqual([200, 200, 200])
    expect(draining).toEqual([200, 503, 200])
    expect(await life.ready()).toEqual({ status: 'down', code: 503, state: 'stopped' })
  })

  it('fails by what is critical only', async () => {
    const { life } = startedLife({
      postgres: { check: fine, impact: 'critical' },
      redis: { check: down },
    })

    const degraded = await life.ready()
    life.watch('disk', { check: down, impact: 'critical' })
    const failed = await life.ready()

    expect(degraded).toEqual({
      status: 'degraded',
      code: 200,
      state: 'running',
      checks: {
        postgres: { status: 'up', impact: 'critical' },
        redis: { status: 'down', impact: 'degrading' },
      },
    })
    expect(briefly(failed)).toEqual(['down', 503])
    expect(failed.checks?.['disk']).toEqual({ status: 'down', impact: 'critical' })
  })

  it('takes a breaker or a bulkhead that throws for one that fails', async () => {
    let isBroken = false
    const active = (): number => {
      if (isBroken) throw new Error('no state')
      return 0
    }
    const compartment = {
      get active() {
        return active()
      },
      queued: 0,
      maxConcurrent: 1,
      maxQueued: 0,
    }
    const breaker = { state: 'open', snapshot: () => ({ openUntilEpochMs: active() }) } as const
    const { life } = startedLife({ breaker: { breaker }, bulkhead: { bulkhead: compartment } })
    isBroken = true

    expect(await life.ready()).toMatchObject({
      status: 'degraded',
      checks: { breaker: { status: 'down' }, bulkhead: { status: 'down' } },
    })
  })

  it.each<[string, () => unknown, 'up' | 'degraded']>([
    ['nothing', () => {}, 'up'],
    ['null', () => null, 'up'],
    ['true', () => true, 'up'],
    ['false', () => false, 'degraded'],
    ['a promise of false', () => Promise.resolve(false), 'degraded'],
    ['a rejection', () => Promise.reject(new Error('down')), 'degraded'],
  ])('takes %s for what it says', async (_, check, expected) => {
    const { life, clock } = startedLife({ it: { check } })

    expect((await life.ready()).status).toBe(expected)
    expect(clock.pendingTimers).toBe(0)
  })

  it('takes a check that hangs for a failed one after its timeout, and aborts it', async () => {
    let signal: AbortSignal | undefined
    const { life, clock } = startedLife({
      redis: {
        check: context => {
          signal = context.signal
          return never
        },
      },
    })

    const answer = life.ready()
    await clock.advance(499)
    expect(signal?.aborted).toBe(false)
    await clock.advance(1)

    expect((await answer).status).toBe('degraded')
    expect(signal?.aborted).toBe(true)
    expect(String(signal?.reason)).toBe('Error: the check took longer than 500 ms')
  })

  it('makes a check once in an interval, counted from its begin, and only when somebody asks', async () => {
    let made = 0
    const { life, clock } = startedLife({ redis: { check: () => ++made } })
    const probeAfter = async (ms: number): Promise<number> => {
      await clock.advance(ms)
      await life.ready()
      return made
    }

    const counts = [made, await probeAfter(0), await probeAfter(4_999), await probeAfter(1), await probeAfter(60_000)]

    expect(counts).toEqual([0, 1, 1, 2, 3])
    expect(clock.pendingTimers).toBe(0)
  })

  it('makes a check anew when the clock was set back', async () => {
    let made = 0
    const { life, clock } = startedLife({ redis: { check: () => ++made } })

    await life.ready()
    clock.jump(-3_600_000)
    await life.ready()

    expect(made).toBe(2)
  })

  it('asks a dependency that hangs at most once in an interval, whatever 10 000 probes do', async () => {
    const madeAtMs: number[] = []
    const { life, clock } = startedLife({
      redis: {
        check: () => {
          madeAtMs.push(clock.nowMs() - startMs)
          return never
        },
        impact: 'critical',
      },
    })
    const startMs = clock.nowMs()
    const answers: Promise<Health>[] = []

    // 100 probes each 200 ms: 20 seconds, four intervals.
    for (let turn = 0; turn < 100; turn++) {
      for (let probe = 0; probe < 100; probe++) answers.push(life.ready())
      await clock.advance(200)
    }
    await clock.advance(500)

    expect((await Promise.all(answers)).map(({ code }) => code)).toEqual(Array(10_000).fill(503))
    expect(madeAtMs).toEqual([0, 5_000, 10_000, 15_000])
  })

  it('looks at nothing more that was taken back, and keeps what took its name', async () => {
    const { life } = startedLife({})
    const undoFirst = life.watch('disk', { check: down })
    const undoSecond = life.watch('disk', { check: fine })

    undoFirst()
    const watched = await life.ready()
    undoSecond()

    expect(watched.checks).toEqual({ disk: { status: 'up', impact: 'degrading' } })
    expect((await life.ready()).checks).toEqual({})
  })

  it('fails when a shutdown begins while a check hangs', async () => {
    const { life, clock } = startedLife({ redis: { check: () => never } })

    const answer = life.ready()
    const end = life.shutdown({ reason: 'deploy' })
    await clock.advance(500)

    expect(briefly(await answer)).toEqual(['down', 503])
    await end
  })

  it('names nothing with details: false', async () => {
    const { life } = startedLife({ postgres: { check: down, impact: 'critical' } }, { details: false })

    expect(await life.ready()).toEqual({ status: 'down', code: 503, state: 'running' })
  })
})

describe('readiness of a breaker', () => {
  it('fails while it lets no call through', async () => {
    const { life, clock } = observedLife()
    const breaker = circuitBreaker({ name: 'catalogue', trip: consecutiveFailures(1), openMs: 1_000, clock })
    life.watch('catalogue', { breaker, impact: 'critical' })
    life.started()
    const codes: [string, number][] = []
    const look = async (): Promise<void> => void codes.push([breaker.state, (await life.ready()).code])

    await look()
    await breaker.run(() => Promise.reject(new Error('down'))).catch(() => {})
    await look()
    // Nobody has called since: a replica that gets no requests would never find out.
    await clock.advance(1_500)
    await look()
    const probe = begin(breaker)
    await look()
    await probe.succeed()
    await look()
    breaker.isolate()
    await look()

    expect(codes).toEqual([
      ['closed', 200],
      ['open', 503],
      ['open', 200],
      ['halfOpen', 200],
      ['closed', 200],
      ['isolated', 503],
    ])
  })

  it('is told of all of the process, as degrading, and once', async () => {
    const { life } = startedLife({}, { discover: true })
    const closed = ['d-one', 'd-two'].map(name => circuitBreaker({ name }))
    const isolated = circuitBreaker({ name: 'd-two' })
    const named = circuitBreaker({ name: 'd-named' })
    life.watch('mine', { breaker: named, impact: 'critical' })

    isolated.isolate()
    const { checks, code } = await life.ready()

    expect(code).toBe(200)
    expect(checks).toMatchObject({
      'd-one': { status: 'up', impact: 'degrading' },
      'd-two': { status: 'down', impact: 'degrading' },
      mine: { status: 'up', impact: 'critical' },
    })
    expect(checks).not.toHaveProperty('d-named')
    expect(closed.map(({ state }) => state)).toEqual(['closed', 'closed'])
  })

  it('is told of a hundred at most', async () => {
    const { life } = startedLife({}, { discover: true })
    const breakers = Array.from({ length: 150 }, (_, index) => circuitBreaker({ name: `tenant-${index}` }))

    const { checks } = await life.ready()

    expect(Object.keys(checks ?? {})).toHaveLength(100)
    expect(breakers).toHaveLength(150)
  })
})

describe('readiness of a bulkhead', () => {
  it('fails while it would reject a call', async () => {
    const reports = bulkhead({ maxConcurrent: 1, maxQueued: 1 })
    const { life } = startedLife({ reports: { bulkhead: reports } })
    const statuses: string[] = []
    const look = async (): Promise<void> => void statuses.push((await life.ready()).status)

    await look()
    const held = await reports.acquire()
    await look()
    const waiting = reports.acquire()
    await look()
    held.release()
    await look()

    expect(statuses).toEqual(['up', 'up', 'degraded', 'up'])
    ;(await waiting).release()
  })
})
