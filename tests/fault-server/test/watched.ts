import { type Exchange, type Step, step } from '@holdfast/fault-server'

export interface WatchedStep {
  readonly step: Step
  /** Resolves when it has played to its end; rejects with what it throws. */
  readonly played: Promise<void>
  /** What it was played with. */
  readonly exchange: Exchange | undefined
}

/** A step that plays another one, and tells when that has ended. */
export function watched(then: Step): WatchedStep {
  let seen: Exchange | undefined
  const ends: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = []
  const played = new Promise<void>((resolve, reject) => {
    ends.push({ resolve, reject })
  })
  const play = async (exchange: Exchange) => {
    seen = exchange
    await then.play(exchange)
  }
  return {
    step: step(`watched(${then.name})`, exchange => play(exchange).then(ends[0]?.resolve, ends[0]?.reject)),
    played,
    get exchange() {
      return seen
    },
  }
}
