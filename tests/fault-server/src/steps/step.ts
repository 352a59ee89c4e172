import type { Exchange } from '../exchange.ts'

/** What the server does to one request. */
export interface Step {
  /** How it stands in the script. */
  readonly name: string
  /** How much of the request's body is read before it acts: all by default. */
  readonly readsBytes: number
  play(exchange: Exchange): Promise<void> | void
}

/** A step of one's own. */
export function step(name: string, play: Step['play']): Step {
  return { name, readsBytes: Number.POSITIVE_INFINITY, play }
}

/** Lets a step act as soon as so many bytes of the request's body are read; the rest stays with the client. With 0, nothing is read. */
export function afterReading(bytes: number, then: Step): Step {
  return { ...then, name: `afterReading(${bytes}, ${then.name})`, readsBytes: bytes }
}
