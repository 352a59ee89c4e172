import type { Standing } from '@holdfast/core/kernel'

export interface Place {
  readonly key: string
  /** Which policy it is, counted in the order in which they were made. */
  readonly number: number
  standing: Standing
  inFlight: number
}

/** What keyed is, said in the simplest way: a list, least recently used first, that is searched from the begin. */
export class NaiveKeyed {
  places: Place[] = []
  told: string[] = []
  /** Whether the next policy cannot be made. */
  refusesNext = false
  private made = 0
  private overflow: Place | undefined = undefined
  private readonly maxKeys: number

  constructor(maxKeys: number) {
    this.maxKeys = maxKeys
  }

  /** Keys with the numbers of their policies, as they came. */
  get entries(): [string, number][] {
    return this.places.toSorted((one, other) => one.number - other.number).map(({ key, number }) => [key, number])
  }

  /** Numbers of the policies that are heard. */
  get heard(): number[] {
    return [...this.places, ...(this.overflow ? [this.overflow] : [])].map(({ number }) => number)
  }

  /** Undefined where no policy could be made. */
  enter(key: string): Place | undefined {
    const place = this.places.find(other => other.key === key) ?? this.add(key)
    if (place !== undefined) place.inFlight++
    return place
  }

  leave(place: Place): void {
    if (--place.inFlight > 0 || place === this.overflow) return
    this.places = [...this.places.filter(other => other !== place), place]
  }

  private add(key: string): Place | undefined {
    const isFull = this.places.length === this.maxKeys
    const dropped = isFull ? (this.first('idle') ?? this.first('open')) : undefined
    if (key.length > 1_024 || (isFull && dropped === undefined)) return this.share()
    const place = this.make(key)
    if (place === undefined) return undefined
    if (dropped !== undefined) this.told.push(dropped.standing === 'open' ? 'evicted open' : 'evicted')
    this.places = [...this.places.filter(other => other !== dropped), place]
    return place
  }

  private share(): Place | undefined {
    this.overflow ??= this.make('overflow')
    if (this.overflow !== undefined) this.told.push('overflowed')
    return this.overflow
  }

  private make(key: string): Place | undefined {
    const isRefused = this.refusesNext
    this.refusesNext = false
    return isRefused ? undefined : { key, number: this.made++, standing: 'idle', inFlight: 0 }
  }

  private first(standing: Standing): Place | undefined {
    return this.places.find(place => place.inFlight === 0 && place.standing === standing)
  }
}
