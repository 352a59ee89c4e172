import { type Bulkhead, bulkhead, type Permit } from '@holdfast/bulkhead'
import { type VirtualClock, virtualClock } from '@holdfast/testing'

const down = Object.assign(new Error('down'), { name: 'down' })

/** What is done at a moment: by a caller, or by a listener in the middle of an event. */
export interface Act {
  readonly does:
    | 'run'
    | 'runNothing'
    | 'acquire'
    | 'tryAcquire'
    | 'end'
    | 'fail'
    | 'release'
    | 'leave'
    | 'update'
    | 'throw'
  readonly which: number
  /** How many microtasks pass before the next one. */
  readonly ticks: number
}

export interface Caller {
  readonly controller: AbortController
  settle: ((how: 'up' | Error) => void) | undefined
  /** What became of it; each caller is answered once. */
  readonly answers: string[]
  calls: number
}

/** A bulkhead in use, and who uses it now as far as the users themselves know. */
export class Traffic {
  readonly clock: VirtualClock = virtualClock()
  readonly policy: Bulkhead
  readonly callers: Caller[] = []
  private readonly permits: Permit[] = []
  private readonly working = new Set<Caller>()
  private most = 0
  private widest: number

  constructor(maxConcurrent: number, maxQueued: number) {
    this.widest = maxConcurrent
    this.policy = bulkhead({ maxConcurrent, maxQueued, reclaimMs: Infinity, clock: this.clock })
  }

  /** How many worked or held a permit at once at most. */
  get peak(): number {
    return this.most
  }

  /** The largest bound that it ever had. */
  get bound(): number {
    return this.widest
  }

  act({ does, which }: Act): void {
    const caller = this.callers[which % Math.max(1, this.callers.length)]
    if (does === 'run' || does === 'runNothing') this.run(does === 'run')
    if (does === 'acquire') this.acquire()
    if (does === 'tryAcquire') this.keep(this.policy.tryAcquire())
    if (does === 'end') this.end(caller, 'up')
    if (does === 'fail') this.end(caller, down)
    if (does === 'release') this.permits.splice(which % Math.max(1, this.permits.length), 1)[0]?.release()
    if (does === 'leave') caller?.controller.abort('enough')
    if (does === 'update') this.update(1 + (which % 4))
    if (does === 'throw') throw new Error('listener is broken')
  }

  /** Does one after the other, microtasks apart, and then lets all that goes on end. */
  async play(acts: readonly Act[]): Promise<void> {
    for (const act of acts) {
      this.act(act)
      for (let tick = 0; tick < act.ticks; tick++) await Promise.resolve()
    }
    await this.endAll()
  }

  private async endAll(): Promise<void> {
    for (let users = -1; users !== 0; users = this.working.size + this.permits.length) {
      for (const caller of this.working) this.end(caller, 'up')
      for (const permit of this.permits.splice(0)) permit.release()
      await this.clock.settle()
    }
  }

  private update(maxConcurrent: number): void {
    this.widest = Math.max(this.widest, maxConcurrent)
    this.policy.update({ maxConcurrent })
  }

  private run(isLong: boolean): void {
    const caller = this.caller()
    const operation = (): unknown => {
      caller.calls++
      if (!isLong) return 'up'
      this.working.add(caller)
      this.count()
      return new Promise((resolve, reject) => {
        caller.settle = how => (how === 'up' ? resolve(how) : reject(how))
      })
    }
    this.answered(caller, this.policy.run(operation, { signal: caller.controller.signal }))
  }

  private acquire(): void {
    const caller = this.caller()
    const held = this.policy.acquire({ signal: caller.controller.signal }).then(permit => this.keep(permit))
    this.answered(caller, held)
  }

  private caller(): Caller {
    const caller: Caller = { controller: new AbortController(), settle: undefined, answers: [], calls: 0 }
    this.callers.push(caller)
    return caller
  }

  private answered(caller: Caller, answer: Promise<unknown>): void {
    answer.then(
      value => caller.answers.push(String(value)),
      (error: unknown) => caller.answers.push(error instanceof Error ? error.name : String(error)),
    )
  }

  private keep(permit: Permit | undefined): string {
    if (permit === undefined) return 'none'
    this.permits.push(permit)
    this.count()
    return 'permit'
  }

  private end(caller: Caller | undefined, how: 'up' | Error): void {
    if (caller !== undefined && this.working.delete(caller)) caller.settle?.(how)
  }

  private count(): void {
    this.most = Math.max(this.most, this.working.size + this.permits.length)
  }
}
