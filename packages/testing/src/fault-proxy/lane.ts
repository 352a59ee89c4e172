import type { Socket } from 'node:net'
import type { Clock } from '@holdfast/core'
import { startTimer } from '@holdfast/core/kernel'
import type { Conditions } from './conditions.ts'
import { reset } from './reset.ts'
import { type Stop, Stops } from './stops.ts'

interface Load {
  readonly arrivedMs: number
  readonly bytes: Buffer
}

/** What is on its way: bytes, or how they end. */
type Parcel = Load | { readonly arrivedMs: number; readonly ends: 'end' | 'reset' }

/** Who looks at what arrives. */
export interface Watcher {
  readonly isWanted: () => boolean
  /** `offset`: how many bytes of the stream come before the chunk. */
  readonly see: (chunk: Buffer, offset: number) => void
}

/** A lane with this much on its way reads no more: who sends faster than the other reads must notice it. */
const MOST_ON_THE_WAY = 2 ** 20
const SLICES_PER_SECOND = 20
/** No timer is finer. */
const SHORTEST_WAIT_MS = 0.5
const NO_BYTES = Buffer.alloc(0)

/** One direction of a link: carries what `source` says to `sink`, unchanged and in order, as its conditions let it. */
export class Lane {
  readonly #source: Socket
  readonly #sink: Socket
  readonly #clock: Clock
  readonly #stops = new Stops()
  #watchers: Watcher[] = []
  #parcels: Parcel[] = []
  #conditions: Conditions
  #timer: unknown
  #arrived = 0
  #passed = 0
  #onTheWay = 0
  #freeAtMs = 0
  #isHeld = false
  #isSinkFull = false
  #isAbandoned = false

  constructor(source: Socket, sink: Socket, clock: Clock, conditions: Conditions) {
    this.#source = source
    this.#sink = sink
    this.#clock = clock
    this.#conditions = conditions
    source.on('data', chunk => this.#takeIn(chunk))
    source.on('end', () => this.#takeEnd('end'))
    // Closed without an end, or with an error after it: the peer is gone, and did not say goodbye.
    source.on('close', hadError => {
      if (hadError || !source.readableEnded) this.#takeEnd('reset')
    })
    sink.on('drain', () => {
      this.#isSinkFull = false
      this.#carryOn()
    })
  }

  /** How many bytes got through. */
  get passed(): number {
    return this.#passed
  }

  change(conditions: Partial<Conditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions }
    this.#carryOn()
  }

  watch(watcher: Watcher): void {
    this.#watchers.push(watcher)
  }

  stopAt(stop: Stop): void {
    this.#stops.add(stop)
    this.#carryOn()
  }

  hold(): void {
    this.#isHeld = true
  }

  release(): void {
    this.#isHeld = false
    this.#carryOn()
  }

  /** Carries nothing any more, and drops what comes: the link was cut, or is closed. */
  abandon(): void {
    this.#isAbandoned = true
    this.#parcels = []
    this.#stops.clear()
    this.#clearTimer()
    this.#source.resume()
    if (this.#source.readableEnded) this.#source.end()
  }

  /** Resolves when the network has all that got through, or can have no more. */
  flushed(): Promise<void> {
    if (this.#sink.writableLength === 0) return Promise.resolve()
    return new Promise(resolve => {
      this.#sink.write(NO_BYTES, () => resolve())
    })
  }

  #takeIn(bytes: Buffer): void {
    if (this.#isAbandoned) return
    this.#watchers = this.#watchers.filter(({ isWanted }) => isWanted())
    for (const { see } of this.#watchers) see(bytes, this.#arrived)
    this.#arrived += bytes.length
    this.#onTheWay += bytes.length
    if (this.#onTheWay >= MOST_ON_THE_WAY) this.#source.pause()
    this.#parcels.push({ bytes, arrivedMs: this.#clock.nowMs() })
    this.#carryOn()
  }

  #takeEnd(ends: 'end' | 'reset'): void {
    if (this.#isAbandoned) this.#source.end()
    else {
      this.#parcels.push({ ends, arrivedMs: this.#clock.nowMs() })
      this.#carryOn()
    }
  }

  #carryOn(): void {
    this.#clearTimer()
    while (!(this.#isHeld || this.#isSinkFull || this.#conditions.isSilent || this.#isAtStop())) {
      const parcel = this.#parcels[0]
      if (parcel === undefined) return
      const size = 'ends' in parcel ? 0 : this.#sliceOf(parcel.bytes)
      const readyMs = this.#readyMs(parcel, size)
      const waitMs = readyMs - this.#clock.nowMs()
      if (waitMs >= SHORTEST_WAIT_MS) {
        this.#timer = startTimer(this.#clock, () => this.#carryOn(), waitMs)
        return
      }
      this.#freeAtMs = readyMs
      if ('ends' in parcel) this.#end(parcel.ends)
      else this.#pass(parcel, size)
    }
  }

  #isAtStop(): boolean {
    const stop = this.#stops.takeAt(this.#passed)
    if (stop === undefined) return false
    this.#isHeld = true
    stop.reached()
    return true
  }

  /** How many of these bytes go together: not beyond a stop, and throttled ones trickle. */
  #sliceOf(bytes: Buffer): number {
    const trickle = Math.max(1, Math.floor(this.#conditions.bytesPerSecond / SLICES_PER_SECOND))
    return Math.min(bytes.length, trickle, this.#stops.distanceFrom(this.#passed))
  }

  #readyMs({ arrivedMs }: Parcel, size: number): number {
    const { delayMs, bytesPerSecond } = this.#conditions
    return Math.max(arrivedMs + delayMs, this.#freeAtMs) + (size / bytesPerSecond) * 1_000
  }

  #pass(load: Load, size: number): void {
    const rest = load.bytes.subarray(size)
    if (rest.length === 0) this.#parcels.shift()
    else this.#parcels[0] = { ...load, bytes: rest }
    this.#onTheWay -= size
    if (this.#onTheWay < MOST_ON_THE_WAY) this.#source.resume()
    if (this.#sink.destroyed) return
    this.#passed += size
    this.#isSinkFull = !this.#sink.write(load.bytes.subarray(0, size))
  }

  #end(ends: 'end' | 'reset'): void {
    this.#parcels.shift()
    if (ends === 'end') this.#sink.end()
    else reset(this.#sink)
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
