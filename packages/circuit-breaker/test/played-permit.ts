import type { CircuitPermit } from '@holdfast/circuit-breaker'
import { expect } from 'vitest'
import type { Options } from './circuit-steps.ts'
import type { NaiveCall } from './naive-circuit.ts'
import type { PlayedCircuit } from './played-circuit.ts'

/** What `tryAcquire` gave, and the same in the model; perhaps nothing. */
export class PlayedPermit {
  private readonly circuit: PlayedCircuit
  private readonly naive: NaiveCall | undefined
  private readonly permit: CircuitPermit | undefined

  constructor({ mode }: Options, circuit: PlayedCircuit) {
    this.circuit = circuit
    this.naive = circuit.model.admit()
    this.permit = circuit.breaker.tryAcquire()
    expect(this.permit !== undefined).toBe(this.naive !== undefined || mode === 'observe')
  }

  settle(how: 'success' | 'failure' | 'ignore'): void {
    this.permit?.[how]()
    if (this.naive !== undefined) this.circuit.model.settle(this.naive, how === 'ignore' ? 'ignored' : how)
  }
}
