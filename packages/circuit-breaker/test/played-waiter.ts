import { expect } from 'vitest'
import type { NaiveWaiter } from './naive-waiters.ts'
import type { PlayedCircuit } from './played-circuit.ts'

/** Somebody who waits for a breaker, and for the model of it. */
export class PlayedWaiter {
  private readonly circuit: PlayedCircuit
  private readonly naive: NaiveWaiter
  private readonly controller = new AbortController()
  private status: NaiveWaiter['status'] = 'waiting'

  constructor(circuit: PlayedCircuit) {
    this.circuit = circuit
    this.naive = circuit.model.waiters.wait()
    const become = (status: NaiveWaiter['status']) => (): void => {
      this.status = status
    }
    const { signal } = this.controller
    circuit.breaker.whenAvailable({ signal }).then(become('available'), become('gone'))
  }

  giveUp(): void {
    this.circuit.model.waiters.leave(this.naive)
    this.controller.abort(new Error('enough'))
  }

  compare(): void {
    expect(this.status).toBe(this.naive.status)
  }
}
