import { type Bulkhead, type BulkheadEvent, bulkhead, type Permit } from '@holdfast/bulkhead'
import { type AnyPolicy, type Call, isHoldfastError, type Policy, pipeline } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import type { Coming, Limits, Step } from './coming.ts'
import { NaiveBulkhead } from './naive-bulkhead.ts'

/** The real side of a call. */
class RealCall {
  readonly controller = new AbortController()
  finish: ((how: 'resolve' | 'reject', what: unknown) => void) | undefined
  outcome: string | undefined
  permit: Permit | undefined
}

/** A bulkhead and the model of it. Each step is taken by both. */
export class SideBySide {
  readonly clock: VirtualClock = virtualClock()
  private readonly model: NaiveBulkhead
  private readonly policy: Bulkhead
  private readonly outer: Policy
  private readonly calls: RealCall[] = []
  private readonly idOf = new Map<number | undefined, number>()
  private readonly going = new Set<number>()
  private events: unknown[] = []
  private begun: number[] = []

  constructor(options: Limits) {
    this.model = new NaiveBulkhead(options)
    this.policy = bulkhead({ ...options, clock: this.clock, enabled: () => this.model.isEnabled })
    this.policy.subscribe(event => this.events.push(this.factsOf(event)))
    this.outer = pipeline({ clock: this.clock })
  }

  /** What each of them shows, events and begins since the last look. */
  look(): { readonly real: unknown; readonly naive: unknown } {
    const { model, policy, events, begun } = this
    const { active, queued } = policy
    const real = { active, queued, events, begun, going: [...this.going].toSorted(byNumber) }
    const naive = { active: model.active, queued: model.queued, events: model.events, begun: model.begun }
    this.events = []
    this.begun = []
    model.events = []
    model.begun = []
    return { real, naive: { ...naive, going: model.going.toSorted(byNumber) } }
  }

  /** What is known only when promises have settled: who was answered what, and the timers that are left. */
  outcomes(): { readonly real: unknown; readonly naive: unknown } {
    return {
      real: [this.clock.pendingTimers, ...this.calls.map(({ outcome }) => outcome)],
      naive: [this.model.timers.length, ...this.model.calls.map(({ outcome }) => outcome)],
    }
  }

  async settle(): Promise<void> {
    this.model.settle()
    await this.clock.settle()
  }

  /** Takes a step, at once unless time passes with it. */
  take(step: Step): Promise<void> | undefined {
    if (step.does === 'advance') {
      this.model.advance(step.ms)
      return this.clock.advance(step.ms)
    }
    if (step.does === 'come') this.come(step.coming)
    if (step.does === 'end') this.end(step.which % Math.max(1, this.model.going.length), step.how)
    if (step.does === 'release') this.release(step.which, step.how)
    if (step.does === 'leave') this.leave(step.which % Math.max(1, this.calls.length))
    if (step.does === 'update') this.update(step.maxConcurrent)
    if (step.does === 'jump') this.jump(step.ms)
    if (step.does === 'toggle') this.model.isEnabled = !this.model.isEnabled
    return undefined
  }

  /** Ends all work and gives all permits back, until nothing is left. */
  async endAll(): Promise<void> {
    await this.settle()
    while (this.model.active > 0 || this.model.going.length > 0) {
      this.end(0, 'value')
      for (const index of this.calls.keys()) this.release(index, 'once')
      await this.settle()
    }
  }

  private update(maxConcurrent: number): void {
    this.model.update(maxConcurrent)
    this.policy.update({ maxConcurrent })
  }

  private jump(ms: number): void {
    this.model.nowMs += ms
    this.clock.jump(ms)
  }

  private come(coming: Coming): void {
    const { as, timeoutMs, isLate } = coming
    const id = this.calls.length
    const call = new RealCall()
    this.model.come(coming)
    this.calls.push(call)
    this.idOf.set(undefined, id)
    if (coming.signal === 'aborted') call.controller.abort('enough')
    if (as === 'tryAcquire') {
      call.permit = this.policy.tryAcquire()
      call.outcome = call.permit === undefined ? 'none' : 'permit'
      return
    }
    const options = { timeoutMs, ...(coming.signal !== 'none' && { signal: call.controller.signal }) }
    const late = (within: Call): Promise<unknown> => {
      this.clock.jump(timeoutMs)
      return this.enter(id, coming, within)
    }
    const answer = isLate ? this.outer.run(late, options) : this.enter(id, coming, options)
    answer.then(
      value => {
        if (as === 'acquire') call.permit = value as Permit
        call.outcome = as === 'acquire' ? 'permit' : String(value)
      },
      (error: unknown) => {
        call.outcome = described(error)
      },
    )
  }

  private enter(id: number, { as, cut, cutMs, work }: Coming, options: object): Promise<unknown> {
    if (as === 'acquire') return this.policy.acquire(options)
    const layer = cutting({ limitMs: cutMs, clock: this.clock })
    const placed: Record<Coming['cut'], AnyPolicy> = {
      no: this.policy,
      outside: pipeline(layer, this.policy),
      inside: pipeline(this.policy, layer),
    }
    return placed[cut].run(call => this.work(id, work, call), options)
  }

  private work(id: number, work: Coming['work'], call: Call): unknown {
    this.begun.push(id)
    // oxlint-disable-next-line typescript/only-throw-error -- operations may throw anything
    if (work === 'throws') throw work
    if (work === 'returns') return work
    this.going.add(id)
    if (work === 'listens') call.signal.addEventListener('abort', () => this.finish(id, 'reject', call.signal.reason))
    return new Promise((resolve, reject) => {
      const real = this.calls[id] as RealCall
      real.finish = (how, what) => (how === 'resolve' ? resolve(what) : reject(what))
    })
  }

  private finish(id: number, how: 'resolve' | 'reject', what: unknown): void {
    this.going.delete(id)
    this.calls[id]?.finish?.(how, what)
  }

  private end(index: number, how: 'value' | 'error'): void {
    const call = this.model.calls[this.model.going[index] ?? -1]
    if (call === undefined) return
    this.model.end(call, `${how} ${call.id}`)
    this.finish(call.id, how === 'value' ? 'resolve' : 'reject', `${how} ${call.id}`)
  }

  private release(which: number, how: 'once' | 'twice' | 'dispose'): void {
    const holders = this.calls.filter(({ permit }) => permit !== undefined)
    const call = holders[which % Math.max(1, holders.length)]
    const naive = this.model.calls[call === undefined ? -1 : this.calls.indexOf(call)]
    if (naive === undefined) return
    this.model.release(naive)
    if (how === 'dispose') call?.permit?.[Symbol.dispose]()
    else call?.permit?.release()
    if (how === 'twice') call?.permit?.release()
  }

  private leave(id: number): void {
    const call = this.model.calls[id]
    if (call === undefined || call.coming.signal !== 'quiet') return
    this.model.leave(call, 'enough')
    this.calls[id]?.controller.abort('enough')
  }

  /** The first event of a call comes while it enters; only permits of `tryAcquire` are nobody's call. */
  private factsOf(event: BulkheadEvent): unknown {
    const { type, callId, active, queued } = event
    const facts = { type, active, queued, ...pick(event, 'waitMs'), ...pick(event, 'reason') }
    const id = this.idOf.get(callId) ?? this.idOf.get(undefined)
    if (callId !== undefined && id !== undefined) this.idOf.set(callId, id)
    return { id, ...facts }
  }
}

const pick = (event: object, fact: string): object =>
  fact in event ? { [fact]: (event as Record<string, unknown>)[fact] } : {}

const byNumber = (one: number, other: number): number => one - other

function described(error: unknown): string {
  if (isHoldfastError(error, 'ERR_HOLDFAST_BULKHEAD_FULL')) return `full ${error.active} ${error.queued}`
  if (isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT')) return `timeout ${error.timeoutMs}`
  return String(error)
}
