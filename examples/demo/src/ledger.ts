import { failureWords } from './failure-words.ts'
import type { Answer, Client } from './price.ts'

export type Outcome = 'waiting' | Answer['kind'] | 'failed'

/** One call as its user saw it. */
export interface Entry {
  readonly outcome: Outcome
  readonly startMs: number
  /** When it was answered; Infinity while it waits. */
  readonly endMs: number
  /** What the user got, in a few words. */
  readonly words: string
}

/** The book of one client: what became of its calls. */
export class Ledger {
  readonly entries: Entry[] = []
  #latest: Entry | undefined = undefined

  /** The entry that was completed last. */
  get latest(): Entry | undefined {
    return this.#latest
  }

  /** Makes a call and enters how it ends. Never rejects. */
  async enter(client: Client, call: number, end: AbortSignal): Promise<void> {
    const startMs = performance.now()
    const index = this.entries.push({ outcome: 'waiting', startMs, endMs: Infinity, words: '' }) - 1
    const complete = (outcome: Outcome, words: string): void => {
      this.#latest = { outcome, startMs, endMs: performance.now(), words }
      this.entries[index] = this.#latest
    }
    await client(call, end).then(
      answer => complete(answer.kind, answerWords(answer)),
      (error: unknown) => complete('failed', failureWords(error)),
    )
  }

  count(outcome: Outcome): number {
    return this.entries.filter(entry => entry.outcome === outcome).length
  }

  /** The latency that this share of the calls stays within, by nearest rank; a call that waits counts as old as it is. */
  latencyMs(share: number): number {
    const nowMs = performance.now()
    const latencies = this.entries
      .map(({ startMs, endMs }) => Math.min(endMs, nowMs) - startMs)
      .toSorted((a, b) => a - b)
    return latencies[Math.ceil(share * latencies.length) - 1] ?? 0
  }
}

function answerWords(answer: Answer): string {
  const price = answer.price.toFixed(2)
  return answer.kind === 'fresh' ? price : `${price}, ${(answer.ageMs / 1_000).toFixed(1)} s old`
}
