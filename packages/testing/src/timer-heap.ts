export interface Timer {
  readonly atMs: number
  callback: () => void
}

interface Entry extends Timer {
  /** Decides between timers of the same time. */
  readonly order: number
}

/** Timers by the time when they are due: a binary heap, in which cleared ones stay until they come up. */
export class TimerHeap {
  private readonly heap: Entry[] = []
  private readonly live = new Set<Entry>()
  private readonly nextOrder: () => number

  /** Timers of the same time run by ascending `nextOrder`: as they were set, where that counts. */
  constructor(nextOrder: () => number = counter()) {
    this.nextOrder = nextOrder
  }

  get size(): number {
    return this.live.size
  }

  /** When the next one is due; Infinity without one. */
  get nextAtMs(): number {
    this.dropCleared()
    return this.heap[0]?.atMs ?? Infinity
  }

  add(atMs: number, callback: () => void): Timer {
    const entry = { atMs, callback, order: this.nextOrder() }
    this.live.add(entry)
    this.heap.push(entry)
    this.siftUp(this.heap.length - 1)
    return entry
  }

  remove(timer: unknown): void {
    // It stays in the heap for now, but must not hold what it would have called.
    if (this.live.delete(timer as Entry)) (timer as Entry).callback = nothing
  }

  /** The next timer that is due at `atMs` or before; it is not in the heap any more. */
  takeUntil(atMs: number): Timer | undefined {
    if (this.nextAtMs > atMs) return undefined
    const timer = this.removeFirst()
    if (timer !== undefined) this.live.delete(timer)
    return timer
  }

  private dropCleared(): void {
    for (let first = this.heap[0]; first !== undefined && !this.live.has(first); first = this.heap[0])
      this.removeFirst()
  }

  private removeFirst(): Entry | undefined {
    const [first] = this.heap
    const last = this.heap.pop()
    if (last !== undefined && this.heap.length > 0) {
      this.heap[0] = last
      this.siftDown(0)
    }
    return first
  }

  private siftUp(start: number): void {
    let index = start
    while (index > 0) {
      const above = (index - 1) >> 1
      if (!this.isBefore(index, above)) return
      this.swap(index, above)
      index = above
    }
  }

  private siftDown(start: number): void {
    let index = start
    while (true) {
      const [left, right] = [2 * index + 1, 2 * index + 2]
      const earlier = right < this.heap.length && this.isBefore(right, left) ? right : left
      if (earlier >= this.heap.length || !this.isBefore(earlier, index)) return
      this.swap(index, earlier)
      index = earlier
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [one, other] = [this.heap[a] as Entry, this.heap[b] as Entry]
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)
  }

  private swap(a: number, b: number): void {
    const held = this.heap[a] as Entry
    this.heap[a] = this.heap[b] as Entry
    this.heap[b] = held
  }
}

const nothing = (): void => {}

function counter(): () => number {
  let count = 0
  return () => count++
}
