import type { Answer } from './answer.ts'
import type { KernelCall, Operation, Runner } from './call.ts'
import type { Layer } from './layers.ts'
import { forgetSettlers, settlers, takeSettlers } from './promises.ts'

/** The way of one call out of the layers that it is in. */
export class Passage {
  private readonly layers: readonly Layer<unknown>[]
  private readonly tokens: readonly unknown[]
  private readonly operation: Operation<unknown>
  private readonly call: KernelCall
  /** There with an answer. */
  private resolve!: (value: unknown) => void

  constructor(
    layers: readonly Layer<unknown>[],
    tokens: readonly unknown[],
    operation: Operation<unknown>,
    call: KernelCall,
  ) {
    this.layers = layers
    this.tokens = tokens
    this.operation = operation
    this.call = call
  }

  /** Starts the work of `answer` and takes out what it brings, or what the answer leaves with if that comes first. */
  answer<T>(answer: Answer, next: Runner, operation: Operation<T>): Promise<T> {
    const { length } = this.layers
    const result = new Promise<T>(takeSettlers)
    const { resolve, reject } = settlers
    forgetSettlers()
    this.resolve = resolve
    // The last handlers are the promise's own functions: V8 can then name the caller in the traces of the operation.
    answer
      .begin(next, operation, this)
      .then(
        value => (answer.onValue(value) ? this.valueOut(value, length) : undefined),
        (error: unknown) => {
          if (answer.onError(error)) return this.errorOut(error, length)
          return undefined
        },
      )
      .then(resolve, reject)
    return result
  }

  /** Takes out the reason of an abort. What the work brings has nowhere to go any more. */
  leave(reason: unknown): void {
    this.resolve(this.out(Promise.reject(reason), this.layers.length))
  }

  /** Takes `work` out through the outermost `depth` layers. */
  out<T>(work: Promise<T>, depth: number): Promise<T> {
    if (depth === 0) return work
    return work.then(
      value => this.valueOut(value, depth) as T,
      (error: unknown) => this.errorOut(error, depth) as T,
    )
  }

  private valueOut(value: unknown, depth: number): unknown {
    let passed = value
    for (let at = depth - 1; at >= 0; at--) {
      const { onValue } = this.layers[at] as Layer<unknown>
      if (onValue === undefined) continue
      let result: unknown
      try {
        result = onValue(passed, this.tokens[at], this.call, this.operation)
      } catch (error) {
        return this.errorOut(error, at)
      }
      // The value itself may be a promise that has lost its `then`.
      if (result !== passed && result instanceof Promise) return this.out(result, at)
      passed = result
    }
    return passed
  }

  private errorOut(error: unknown, depth: number): unknown {
    let passed = error
    for (let at = depth - 1; at >= 0; at--) {
      const { onError } = this.layers[at] as Layer<unknown>
      try {
        return this.out(onError(passed, this.tokens[at], this.call, this.operation), at)
      } catch (thrown) {
        passed = thrown
      }
    }
    throw passed
  }
}
