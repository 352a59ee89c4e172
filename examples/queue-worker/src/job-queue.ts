import { EventEmitter, once } from 'node:events'

/** A job that somebody works on. One of its functions must be called in the end; only the first call counts. */
export interface Delivery<Job> {
  readonly job: Job
  /** It is done, and forgotten. */
  readonly done: () => void
  /** It goes to the end of the queue. */
  readonly requeue: () => void
  /** Nobody tries it again before a person has looked at it. */
  readonly park: () => void
}

/** Stands for a broker: a job is waiting, in flight, parked or done, and never nowhere. */
export class JobQueue<Job> {
  readonly parked: Job[] = []
  readonly #waiting: Job[] = []
  readonly #changes = new EventEmitter<{ added: []; settled: [] }>()
  #inFlight = 0

  get waiting(): number {
    return this.#waiting.length
  }

  get inFlight(): number {
    return this.#inFlight
  }

  add(job: Job): void {
    this.#waiting.push(job)
    this.#changes.emit('added')
  }

  /** The next job, as soon as there is one. Rejects when the signal aborts first. */
  async take(signal: AbortSignal): Promise<Delivery<Job>> {
    signal.throwIfAborted()
    // All takers wake up for a new job; who comes too late waits for the next.
    while (this.#waiting.length === 0) await once(this.#changes, 'added', { signal })
    return this.#deliver(this.#waiting.shift() as Job)
  }

  /** Resolves when no job waits and none is in flight. */
  async whenIdle(): Promise<void> {
    while (this.#waiting.length > 0 || this.#inFlight > 0) await once(this.#changes, 'settled')
  }

  #deliver(job: Job): Delivery<Job> {
    let isSettled = false
    const settle = (put: () => void): void => {
      if (isSettled) return
      isSettled = true
      this.#inFlight--
      put()
      this.#changes.emit('settled')
    }
    this.#inFlight++
    return {
      job,
      done: () => settle(() => {}),
      requeue: () => settle(() => this.add(job)),
      park: () => settle(() => this.parked.push(job)),
    }
  }
}
