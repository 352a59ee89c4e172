export interface Cancellation {
  readonly origin: 'caller' | 'timeout'
  readonly reason: unknown
  readonly limitMs: number
}

/** Work that nobody waits for any more. */
export class Work {
  isOver = false
  private readonly listeners: (() => void)[] = []

  end(): void {
    this.isOver = true
    for (const listener of this.listeners) listener()
  }

  whenOver(listener: () => void): void {
    this.listeners.push(listener)
  }
}

type OnCancel = (cancellation: Cancellation, told: ((reason: unknown) => void)[]) => void

/** What a call sees: a tree, with the run as its root. */
export class Scope {
  readonly parent: Scope | undefined
  readonly run: number
  readonly key: string
  readonly attempt: number
  readonly deadlineMs: number
  /** Whether late values are handed to somebody. */
  readonly discards: boolean
  cancelled: Cancellation | undefined = undefined
  private dependents: OnCancel[] = []
  private hearers: ((reason: unknown) => void)[] = []
  private readonly abandoned: Work[] = []

  constructor(parent: Scope | undefined, facts: Pick<Scope, 'run' | 'key' | 'attempt' | 'deadlineMs' | 'discards'>) {
    this.parent = parent
    this.run = facts.run
    this.key = facts.key
    this.attempt = facts.attempt
    this.deadlineMs = facts.deadlineMs
    this.discards = facts.discards
  }

  /** A scope inside this one, and what takes it out again. */
  child(
    attempt: number,
    deadlineMs: number,
    discards = this.discards,
  ): { readonly inner: Scope; readonly leave: () => void } {
    const { run, key } = this
    const facts = { run, key, attempt, deadlineMs: Math.min(deadlineMs, this.deadlineMs), discards }
    const inner = new Scope(this, facts)
    return { inner, leave: this.onCancel((cancellation, told) => inner.release(cancellation, told)) }
  }

  /** Returns what calls it off. */
  onCancel(dependent: OnCancel): () => void {
    this.dependents.push(dependent)
    return () => {
      this.dependents = this.dependents.filter(other => other !== dependent)
    }
  }

  /** What the signal tells. */
  onAbort(hearer: (reason: unknown) => void): () => void {
    this.hearers.push(hearer)
    return () => {
      this.hearers = this.hearers.filter(other => other !== hearer)
    }
  }

  /** Releases the whole subtree, then aborts the signals in it. */
  cancel(cancellation: Cancellation): void {
    const told: ((reason: unknown) => void)[] = []
    this.release(cancellation, told)
    for (const tell of told) tell(cancellation.reason)
  }

  /** From the inside out. */
  private release(cancellation: Cancellation, told: ((reason: unknown) => void)[]): void {
    if (this.cancelled !== undefined) return
    this.cancelled = cancellation
    for (const dependent of this.dependents.toReversed()) dependent(cancellation, told)
    this.dependents = []
    told.push(...this.hearers)
  }

  /** Slots of this scope and of those around it wait for this work. */
  abandon(work: Work): void {
    this.abandoned.push(work)
    this.parent?.abandon(work)
  }

  get unheard(): Work[] {
    return this.abandoned.filter(work => !work.isOver)
  }
}
