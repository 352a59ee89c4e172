import type { AnyPolicy, Standing } from './policy.ts'
import { holdfast } from './protocol.ts'
import { Queue, type Queueable } from './queue.ts'

/** How many entries that were open or busy when they were looked at last are looked at again for one that can go. */
const LOOKS = 8

/** The policy of a key, and where it stands in the order of eviction. */
export class Entry<P extends AnyPolicy> implements Queueable<Entry<P>> {
  ahead: Entry<P> | undefined = undefined
  behind: Entry<P> | undefined = undefined
  readonly key: unknown
  readonly policy: P
  readonly isOverflow: boolean
  /** Handlers of all calls through this entry, made once. */
  readonly onValue: <T>(value: T) => T
  readonly onError: (error: unknown) => never
  inFlight = 0
  /** The line that it stands in, if any. */
  line: Queue<Entry<P>> | undefined = undefined
  disconnect: (() => void) | undefined = undefined

  constructor(key: unknown, policy: P, isOverflow: boolean, left: (entry: Entry<P>) => void) {
    this.key = key
    this.policy = policy
    this.isOverflow = isOverflow
    this.onValue = value => {
      left(this)
      return value
    }
    this.onError = error => {
      left(this)
      throw error
    }
  }
}

export interface KeyedEntriesOptions<Key, P extends AnyPolicy> {
  readonly maxKeys: number
  make(key: Key): P
  makeOverflow(): P
  made(entry: Entry<P>): void
  evicted(entry: Entry<P>): void
}

/**
 * The policies of `keyed`, with O(1) choice of the one that makes room: each line below is least recently used first. No
 * sets, which keep the order of insertion too: to find their first, they step over all that have left before.
 */
export class KeyedEntries<Key, P extends AnyPolicy> {
  private readonly options: KeyedEntriesOptions<Key, P>
  private readonly byKey = new Map<Key, Entry<P>>()
  /** Without a call in flight when last used. */
  private readonly idle = new Queue<Entry<P>>()
  /** Found open or busy when they were to make room. */
  private readonly kept = new Queue<Entry<P>>()
  private shared: Entry<P> | undefined = undefined

  constructor(options: KeyedEntriesOptions<Key, P>) {
    this.options = options
  }

  get size(): number {
    return this.byKey.size
  }

  get(key: Key): Entry<P> | undefined {
    return this.byKey.get(key)
  }

  *pairs(): IterableIterator<[Key, P]> {
    for (const [key, { policy }] of this.byKey) yield [key, policy]
  }

  *all(): IterableIterator<Entry<P>> {
    yield* this.byKey.values()
    if (this.shared !== undefined) yield this.shared
  }

  /** Lets a call enter the entry of `key`; the shared one if it is new and no other can make room. */
  enter(key: Key): Entry<P> {
    const known = this.byKey.get(key)
    if (known !== undefined) return this.entered(known)
    if (this.isFull && this.evictable() === undefined) return this.enterOverflow()
    return this.insert(key, this.options.make(key))
  }

  enterOverflow(): Entry<P> {
    if (this.shared === undefined) {
      const policy = this.options.makeOverflow()
      // It is code of the user's, and may have used this.
      this.shared ??= this.made(undefined, policy, true)
    }
    return this.entered(this.shared)
  }

  standing(): Standing {
    let standing: Standing = 'idle'
    for (const entry of this.all()) {
      const own = standingOf(entry)
      if (own === 'busy') return 'busy'
      if (own === 'open') standing = 'open'
    }
    return standing
  }

  private entered(entry: Entry<P>): Entry<P> {
    // Of an entry with calls in flight, neither line has kept anything.
    if (entry.inFlight++ === 0) this.leaveLine(entry)
    return entry
  }

  private made(key: unknown, policy: P, isOverflow: boolean): Entry<P> {
    const entry = new Entry(key, policy, isOverflow, this.left)
    this.options.made(entry)
    return entry
  }

  private readonly left = (entry: Entry<P>): void => {
    if (--entry.inFlight === 0 && !entry.isOverflow) this.join(this.idle, entry)
  }

  private join(line: Queue<Entry<P>>, entry: Entry<P>): void {
    entry.line = line
    line.push(entry)
  }

  private leaveLine(entry: Entry<P>): void {
    entry.line?.remove(entry)
    entry.line = undefined
  }

  /** To the end of those that were found open or busy; unless it has left its line while it was asked. */
  private keep(entry: Entry<P>): void {
    if (entry.line === undefined) return
    this.leaveLine(entry)
    this.join(this.kept, entry)
  }

  private get isFull(): boolean {
    return this.byKey.size >= this.options.maxKeys
  }

  /** Looks at everything anew: `make` is code of the user's, and may have used this. */
  private insert(key: Key, policy: P): Entry<P> {
    const known = this.byKey.get(key)
    if (known !== undefined) return this.entered(known)
    const evicted = this.isFull ? this.evictable() : undefined
    if (this.isFull && evicted === undefined) return this.enterOverflow()
    if (evicted !== undefined) this.drop(evicted)
    const entry = this.entered(this.made(key, policy, false))
    this.byKey.set(key, entry)
    // A listener that hears of it may need room in turn: this entry is taken by now.
    if (evicted !== undefined) this.options.evicted(evicted)
    return entry
  }

  private drop(entry: Entry<P>): void {
    this.byKey.delete(entry.key as Key)
    this.leaveLine(entry)
  }

  /** The entry that makes room next. Those that are found open or busy go to the end of the line. */
  private evictable(): Entry<P> | undefined {
    for (let entry = this.idle.first; entry !== undefined; entry = this.idle.first) {
      if (standingOf(entry) === 'idle') return entry
      this.keep(entry)
    }
    let open: Entry<P> | undefined
    let entry = this.kept.first
    for (let looks = LOOKS; looks > 0 && entry !== undefined; looks--) {
      const { behind } = entry
      const standing = standingOf(entry)
      if (standing === 'idle') return entry
      if (standing === 'open') open ??= entry
      else this.keep(entry)
      entry = behind
    }
    return open
  }
}

export function standingOf(entry: Entry<AnyPolicy>): Standing {
  return entry.inFlight > 0 ? 'busy' : (entry.policy[holdfast].standing?.() ?? 'idle')
}
