import { type AnyPolicy, observe, pipeline, type RunOptions } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import { unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { succeed } from './brittle.ts'
import { type Fault, type Faults, FaultyBreaker, places } from './faulty-breaker.ts'

type Step =
  | 'run'
  | 'runWithSignal'
  | 'runInTime'
  | 'acquire'
  | 'wait'
  | 'abort'
  | 'succeed'
  | 'fail'
  | 'record'
  | number

const fault = fc.constantFrom<Fault>('none', 'none', 'none', 'throws', 'throws', 'odd', 'rejects', 'isolates', 'closes')
const faults = fc.record(
  Object.fromEntries(places.map(place => [place, fc.array(fault, { minLength: 1, maxLength: 8, size: 'max' })])),
) as fc.Arbitrary<Faults>

const steps = fc.array(
  fc.oneof(
    fc.constantFrom<Step>('run', 'run', 'runWithSignal', 'runInTime', 'acquire', 'wait', 'abort', 'record'),
    fc.constantFrom<Step>('succeed', 'fail', 'fail'),
    fc.constantFrom<Step>(1, 50, 100, 400),
  ),
  { maxLength: 50, size: 'max' },
)

/** What a permit throws is told to whoever settles it. */
function attempt(act: () => unknown): void {
  try {
    act()
  } catch {
    // Here it impresses nobody.
  }
}

/** A user who goes on whatever happens. */
class Stoic {
  readonly clock = virtualClock()
  readonly faulty: FaultyBreaker
  private readonly timed: AnyPolicy
  private controller = new AbortController()
  private readonly going: Record<'succeed' | 'fail', () => void>[] = []

  constructor(plan: Faults) {
    const { clock } = this
    this.faulty = new FaultyBreaker(plan, clock)
    this.timed = pipeline(cutting({ limitMs: 60, clock }), this.faulty.breaker)
  }

  async step(step: Step): Promise<void> {
    if (typeof step === 'number') await this.clock.advance(step)
    else this.act(step)
    await this.clock.settle()
  }

  async endAll(): Promise<void> {
    await this.step('abort')
    while (this.going.length > 0) await this.step('fail')
  }

  private act(step: Exclude<Step, number>): void {
    const { breaker } = this.faulty
    switch (step) {
      case 'run':
        return this.start(breaker)
      case 'runInTime':
        return this.start(this.timed)
      case 'runWithSignal':
        return this.start(breaker, { signal: this.controller.signal })
      case 'abort':
        this.controller.abort(new Error('enough'))
        this.controller = new AbortController()
        return undefined
      case 'acquire': {
        const permit = breaker.tryAcquire()
        this.going.push({
          succeed: () => attempt(() => permit?.success()),
          fail: () => attempt(() => permit?.failure()),
        })
        return undefined
      }
      case 'wait':
        void breaker.whenAvailable()
        return undefined
      case 'record':
        return attempt(() => breaker.record('failure'))
      case 'succeed':
      case 'fail':
        return this.going.shift()?.[step]()
    }
  }

  private start(policy: AnyPolicy, options: RunOptions = {}): void {
    const work = (): Promise<string> =>
      new Promise((resolve, reject) => {
        this.going.push({ succeed: () => resolve('up'), fail: () => reject(new Error('down')) })
      })
    policy.run(work, options).catch(() => {})
  }
}

describe('a circuit breaker whose user makes faults', () => {
  it('is never stuck: once they are mended it recovers by itself, all places free, and nothing is left behind', async () => {
    onTestFinished(observe({ fault: () => {} }))
    const before = new Set<string>()

    const recover = fc.asyncProperty(faults, steps, async (plan, todo) => {
      const stoic = new Stoic(plan)
      const { clock, faulty } = stoic
      const { breaker } = faulty
      for (const step of todo) await stoic.step(step)
      await stoic.endAll()
      await clock.advance(10_000)
      before.add(breaker.state)

      faulty.isMended = true
      if (breaker.state === 'isolated') breaker.close()
      const permits = [breaker.tryAcquire(), breaker.tryAcquire()]
      for (const permit of permits) permit?.ignore()
      await succeed(breaker, 2)

      expect(permits).not.toContain(undefined)
      expect(breaker.state).toBe('closed')
      expect(clock.pendingTimers).toBe(0)
    })

    const unhandled = await unhandledRejectionsOf(() => fc.assert(recover, { numRuns: 250 }))
    expect(unhandled).toEqual([])
    expect(before).toEqual(new Set(['closed', 'open', 'halfOpen', 'isolated']))
  })
})
