import type { Call } from '@holdfast/core'
import { expect } from 'vitest'
import type { End, Options } from './circuit-steps.ts'
import type { NaiveCall } from './naive-circuit.ts'
import { answerOf, outcomeOf, type PlayedCircuit } from './played-circuit.ts'

/** A call of a breaker, and the same in the model. */
export class PlayedCall {
  private readonly controller = new AbortController()
  private readonly hasSignal: boolean
  private readonly circuit: PlayedCircuit
  private readonly naive: NaiveCall | undefined
  private readonly options: Options
  private readonly actual: unknown[] = []
  private readonly expected: unknown[] = []
  private endWork: (how: End) => void = () => {}

  /** `within` is a call further out, or true for a signal of its own. */
  constructor(options: Options, circuit: PlayedCircuit, within: Call | boolean) {
    this.options = options
    this.circuit = circuit
    this.hasSignal = within === true
    const { breaker, model } = circuit
    const isDead = typeof within === 'object' && within.signal.aborted
    this.naive = isDead ? undefined : model.admit()
    if (isDead) this.expect(within.signal.reason)
    else if (this.naive === undefined && options.mode === 'enforce') this.expect(rejection(circuit))
    const work = new Promise((resolve, reject) => {
      this.endWork = how => (how === 'value' || how === 'badValue' ? resolve(how) : reject(answerOf(how)))
    })
    work.catch(() => {})
    const told = (answer: unknown): unknown => this.actual.push(answer)
    const own = this.hasSignal ? { signal: this.controller.signal } : undefined
    breaker.run(() => work, typeof within === 'object' ? within : own).then(told, told)
  }

  end(how: End): void {
    this.endWork(how)
    this.expect(answerOf(how))
    if (this.naive !== undefined) this.circuit.model.settle(this.naive, outcomeOf(how, this.options))
  }

  abort(reason: unknown): void {
    if (!this.hasSignal) return
    this.controller.abort(reason)
    this.leave(reason)
  }

  /** The caller leaves, or the one around it. */
  leave(reason: unknown): void {
    this.expect(reason)
    if (this.naive !== undefined) this.circuit.model.settle(this.naive, 'ignored')
  }

  /** A timeout further out has passed. */
  cut(reason: unknown, limitMs: number): void {
    this.expect(reason)
    if (this.naive !== undefined) this.circuit.model.cut(this.naive, limitMs)
  }

  get isAnswered(): boolean {
    return this.actual.length > 0
  }

  compare(): void {
    expect(this.actual).toEqual(this.expected)
  }

  /** Only the first answer is one. */
  private expect(answer: unknown): void {
    if (this.expected.length === 0) this.expected.push(answer)
  }
}

function rejection({ model }: PlayedCircuit): unknown {
  const { retryAfterMs, state } = model
  return expect.objectContaining({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN', retryAfterMs, isolated: state === 'isolated' })
}
