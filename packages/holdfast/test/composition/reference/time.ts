interface Due {
  readonly atMs: number
  readonly act: () => void
}

/** Time as a list of what is to happen. What happens `soon` happens in the same instant, after all that is going on. */
export class Time {
  nowMs: number
  /** True when the order of what is shared by several runs hangs on who is faster within one instant: nobody promises that. */
  isRace = false
  private isSoon = false
  private readonly users = new Map<string, Set<unknown>>()
  private due: Due[] = []
  private readonly next: (() => void)[] = []

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  /** Returns what calls it off. No limit: never. Platforms make 1 ms of less. */
  later(ms: number, act: () => void): () => void {
    if (ms === Infinity) return () => {}
    const due = { atMs: this.nowMs + Math.max(1, ms), act }
    this.due.push(due)
    return () => {
      this.due = this.due.filter(other => other !== due)
    }
  }

  soon(act: () => void): void {
    this.next.push(act)
  }

  /** At once for 0. */
  after(ms: number, act: () => void): void {
    if (ms === 0) this.soon(act)
    else this.later(ms, act)
  }

  runAll(): void {
    while (this.due.length > 0) {
      const first = this.due.toSorted((one, other) => one.atMs - other.atMs)[0] as Due
      this.due = this.due.filter(due => due !== first)
      this.isRace ||= this.due.some(({ atMs }) => atMs === first.atMs)
      this.nowMs = first.atMs
      this.users.clear()
      this.isSoon = false
      first.act()
      this.isSoon = true
      for (let act = this.next.shift(); act !== undefined; act = this.next.shift()) act()
    }
  }

  /** Tells of a run that uses what others use too. What goes on first in an instant is before all that follows from it. */
  uses(shared: string, run: unknown): void {
    if (!this.isSoon) return
    const users = this.users.get(shared) ?? new Set()
    this.users.set(shared, users.add(run))
    this.isRace ||= users.size > 1
  }
}
