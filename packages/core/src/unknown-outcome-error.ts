import { HoldfastError } from './errors.ts'

/**
 * An operation was sent, and nobody knows whether it was carried out. No retry repeats it, and a breaker counts it as a
 * failure. What was seen is the `cause`.
 */
export class UnknownOutcomeError extends HoldfastError {
  readonly code = 'ERR_HOLDFAST_UNKNOWN_OUTCOME'
  /** What was sent, such as `COMMIT`, `the statement`, or the name of a command. */
  readonly operation: string

  constructor(policy: string, operation: string, options?: ErrorOptions) {
    super(policy, options)
    this.operation = operation
    // The brand that every `retry` heeds.
    Object.defineProperty(this, Symbol.for('holdfast.permanent'), { value: true })
  }

  protected override describe(): string {
    return `no answer to ${this.operation}: it may have been carried out, or not; look before it is repeated`
  }
}
