import { observe, type PolicyEvent } from '@holdfast/core'

/** What must end before the process may: requests, and calls through policies. */
export class WorkInFlight {
  #requests = 0
  #calls = 0
  readonly #waiting: (() => void)[] = []

  get requests(): number {
    return this.#requests
  }

  get calls(): number {
    return this.#calls
  }

  /** Counts the calls through all policies of the process, until the returned function is called. */
  countCalls(): () => void {
    const begun = new Set<number | undefined>()
    return observe({
      event: ({ type, callId }: PolicyEvent) => {
        if (type === 'call.started') begun.add(callId)
        // Of a call that began before, nobody knows; and it must not make up for one that did.
        else if (type === 'call.settled') begun.delete(callId)
        else return
        this.#calls = begun.size
        this.#tell()
      },
    })
  }

  /** Counts a request until the returned function is called. */
  enter(): () => void {
    this.#requests++
    let isDone = false
    return () => {
      if (isDone) return
      isDone = true
      this.#requests--
      this.#tell()
    }
  }

  /** Resolves when there is none. */
  async ended(): Promise<void> {
    if (this.#isNone()) return
    await new Promise<void>(resolve => {
      this.#waiting.push(resolve)
    })
  }

  #isNone(): boolean {
    return this.#requests === 0 && this.#calls === 0
  }

  #tell(): void {
    if (this.#waiting.length === 0 || !this.#isNone()) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
