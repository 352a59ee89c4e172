import { virtualClock } from '@holdfast/testing'
import { expect } from 'vitest'
import type { End, Options, Step } from './circuit-steps.ts'
import { NaiveTime } from './naive-time.ts'
import { PlayedCall } from './played-call.ts'
import { PlayedCircuit, type Saved } from './played-circuit.ts'
import { PlayedOuter } from './played-outer.ts'
import { PlayedPermit } from './played-permit.ts'
import { PlayedWaiter } from './played-waiter.ts'

const enough = new Error('enough')

/** The latest is 0. */
const pick = <T>(list: readonly T[], which: number): T | undefined => list.at(-1 - (which % Math.max(1, list.length)))

/** Plays steps on breakers and on the models of them side by side. */
export class Play {
  /** What has happened at all. */
  readonly seen: string[] = []
  private readonly options: Options
  private readonly clock = virtualClock()
  private readonly time = new NaiveTime(this.clock)
  /** The first goes on when others are restored beside it. */
  private readonly circuits: PlayedCircuit[] = []
  /** Those that wait for an answer. */
  private calls: PlayedCall[] = []
  /** Those whose work goes on, although their callers may have left long ago. */
  private readonly going: PlayedCall[] = []
  private readonly permits: PlayedPermit[] = []
  private readonly waiters: PlayedWaiter[] = []
  private readonly outers: PlayedOuter[] = []
  private saved: Saved | undefined = undefined

  constructor(options: Options) {
    this.options = options
    this.start()
  }

  async step(step: Step): Promise<void> {
    this.act(step)
    const ms = step.does === 'advance' ? step.ms : 0
    this.time.advance(ms)
    await this.clock.advance(ms)
    this.compare()
  }

  /** Ends whatever goes on: then nothing may be left behind. */
  async endAll(): Promise<void> {
    for (const outer of this.outers) outer.leave(enough)
    for (const call of this.going.slice()) this.end(call, 'ignoredError')
    // The work of calls settles a little later.
    await this.clock.settle()
    for (const permit of this.permits) permit.settle('ignore')
    await this.clock.settle()
    for (const waiter of this.waiters) waiter.giveUp()
    await this.clock.settle()
    this.compare()
    expect(this.clock.pendingTimers).toBe(0)
  }

  private get circuit(): PlayedCircuit {
    return this.circuits.at(-1) as PlayedCircuit
  }

  private act(step: Step): void {
    const { breaker, model } = this.circuit
    switch (step.does) {
      case 'run':
        return this.run(step.under, step.which)
      case 'end':
        return this.end(pick(this.going, step.which), step.how)
      case 'acquire':
        this.permits.push(new PlayedPermit(this.options, this.circuit))
        return undefined
      case 'settle':
        return pick(this.permits, step.which)?.settle(step.how)
      case 'abort':
        return pick(this.going, step.which)?.abort(enough)
      case 'outer':
        this.outers.push(new PlayedOuter(this.clock, this.time, step.limitMs))
        return undefined
      case 'abortOuter':
        return pick(this.outers, step.which)?.leave(enough)
      case 'wait':
        this.waiters.push(new PlayedWaiter(this.circuit))
        return undefined
      case 'giveUp':
        return pick(this.waiters, step.which)?.giveUp()
      case 'record':
        model.record(step.outcome)
        return breaker.record(step.outcome)
      case 'isolate':
        model.isolate(step.reason)
        return breaker.isolate({ reason: step.reason })
      case 'close':
        model.close('manual', step.reason)
        return breaker.close({ reason: step.reason })
      case 'snapshot':
        this.saved = this.circuit.save()
        return undefined
      case 'restore':
        return this.start()
      case 'jump':
        this.time.jump(step.ms)
        return this.clock.jump(step.ms)
      case 'advance':
        return undefined
    }
  }

  private start(): void {
    this.circuits.push(new PlayedCircuit(this.options, this.clock, this.time, this.saved))
    if (this.saved !== undefined) this.seen.push(`restored ${this.saved.naive.state}`)
  }

  private run(under: 'nothing' | 'signal' | 'timeout', which: number): void {
    const outer = under === 'timeout' ? pick(this.outers, which) : undefined
    const call = new PlayedCall(this.options, this.circuit, outer?.call ?? under === 'signal')
    this.calls.push(call)
    this.going.push(call)
    outer?.add(call)
  }

  private end(call: PlayedCall | undefined, how: End): void {
    if (call === undefined) return
    this.going.splice(this.going.indexOf(call), 1)
    call.end(how)
  }

  private compare(): void {
    for (const circuit of this.circuits) this.seen.push(...circuit.compare())
    for (const call of this.calls) call.compare()
    this.calls = this.calls.filter(({ isAnswered }) => !isAnswered)
    for (const waiter of this.waiters) waiter.compare()
    expect(this.clock.pendingTimers).toBe(this.time.timers.length)
  }
}
