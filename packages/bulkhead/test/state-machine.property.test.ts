import { type Bulkhead, bulkhead, type Permit } from '@holdfast/bulkhead'
import { begin } from '@holdfast/fixtures/pending'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NaiveBulkhead, type NaiveWork } from './naive-bulkhead.ts'

type Step =
  | { readonly does: 'run' | 'acquire' | 'tryAcquire' }
  | { readonly does: 'end' | 'leave'; readonly which: number }
  | { readonly does: 'update'; readonly maxConcurrent: number }
  | { readonly does: 'advance' | 'jump'; readonly ms: number }

/** Work that was let in, and the same in the model. */
interface Both {
  readonly naive: NaiveWork
  readonly end: () => unknown
  readonly leave: () => void
}

const options = fc.record({
  maxConcurrent: fc.integer({ min: 1, max: 4 }),
  maxQueued: fc.integer({ min: 0, max: 6 }),
  maxWaitMs: fc.constantFrom(37, 101, Infinity),
  reclaimMs: fc.constantFrom(53, 149, Infinity),
})

const stepOf = (members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Step> =>
  fc.record(members) as fc.Arbitrary<unknown> as fc.Arbitrary<Step>

const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: stepOf({ does: fc.constantFrom('run', 'run', 'acquire', 'tryAcquire') }) },
    { weight: 7, arbitrary: stepOf({ does: fc.constantFrom('end', 'end', 'leave'), which: fc.nat() }) },
    { weight: 3, arbitrary: stepOf({ does: fc.constant('advance'), ms: fc.nat(70) }) },
    { weight: 1, arbitrary: stepOf({ does: fc.constant('update'), maxConcurrent: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 1, arbitrary: stepOf({ does: fc.constant('jump'), ms: fc.integer({ min: -200, max: 200 }) }) },
  ),
  { maxLength: 80, size: 'max' },
)

/** Plays steps on a bulkhead and on the model of it side by side. */
class Play {
  readonly policy: Bulkhead
  readonly model: NaiveBulkhead
  readonly clock: VirtualClock
  private readonly going: Both[] = []

  constructor(policy: Bulkhead, model: NaiveBulkhead, clock: VirtualClock) {
    this.policy = policy
    this.model = model
    this.clock = clock
  }

  async step(step: Step): Promise<void> {
    this.play(step)
    await (step.does === 'advance' ? this.clock.advance(step.ms) : this.clock.settle())
  }

  async endAll(): Promise<void> {
    while (this.going.length > 0) await this.step({ does: 'end', which: 0 })
  }

  private play(step: Step): void {
    switch (step.does) {
      case 'run':
        return this.run()
      case 'acquire':
        return this.acquire()
      case 'tryAcquire':
        return this.tryAcquire()
      case 'end':
      case 'leave':
        return this.endOrLeave(step.does, step.which)
      case 'update':
        this.model.update(step.maxConcurrent)
        return this.policy.update({ maxConcurrent: step.maxConcurrent })
      case 'advance':
        return this.model.advance(step.ms)
      case 'jump':
        return this.clock.jump(step.ms)
    }
  }

  private run(): void {
    const controller = new AbortController()
    const naive = this.model.enter(false, true)
    const { succeed } = begin(this.policy, { signal: controller.signal })
    if (naive !== undefined) this.going.push({ naive, end: succeed, leave: () => controller.abort('enough') })
  }

  private acquire(): void {
    const controller = new AbortController()
    const naive = this.model.enter(true, true)
    const permits: Permit[] = []
    this.policy.acquire({ signal: controller.signal }).then(
      permit => permits.push(permit),
      () => {},
    )
    const end = (): void => permits[0]?.release()
    if (naive !== undefined) this.going.push({ naive, end, leave: () => controller.abort('enough') })
  }

  private tryAcquire(): void {
    const naive = this.model.enter(true, false)
    const permit = this.policy.tryAcquire()
    expect(permit !== undefined).toBe(naive !== undefined)
    if (naive !== undefined) this.going.push({ naive, end: () => permit?.release(), leave: () => {} })
  }

  /** Work that waits has not begun, so that only its caller can end it. */
  private endOrLeave(how: 'end' | 'leave', which: number): void {
    const index = which % Math.max(1, this.going.length)
    const call = this.going[index]
    if (call === undefined) return
    if (how === 'leave' || call.naive.state === 'waiting') {
      this.model.leave(call.naive)
      call.leave()
    } else {
      this.going.splice(index, 1)
      this.model.end(call.naive)
      void call.end()
    }
    if (call.naive.state === 'over' && this.going[index] === call) this.going.splice(index, 1)
  }
}

describe('bulkhead', () => {
  it('does what the naive model does, in whatever order things happen, and all returns to zero', async () => {
    await fc.assert(
      fc.asyncProperty(options, steps, async (given, todo) => {
        const clock = virtualClock()
        const policy = bulkhead({ clock, ...given })
        const play = new Play(policy, new NaiveBulkhead(given), clock)
        let { maxConcurrent } = given

        for (const step of todo) {
          const activeBefore = policy.active
          if (step.does === 'update') maxConcurrent = step.maxConcurrent
          await play.step(step)
          expect([policy.active, policy.queued]).toEqual([play.model.active, play.model.queued])
          expect(policy.active).toBeLessThanOrEqual(Math.max(maxConcurrent, activeBefore))
        }

        await play.endAll()
        expect([policy.active, policy.queued, clock.pendingTimers]).toEqual([0, 0, 0])
      }),
      { numRuns: 500 },
    )
  })
})
