import { type KernelCall, type Operation, passOn, type Runner } from './call.ts'
import { keepShape } from './protocol.ts'

/** What a policy does as a call goes in and as it comes out again, where it needs no promise of its own for that. */
export interface Layer<Token> {
  /**
   * Lets a call in. What it returns is handed back when the call comes out; undefined sends the call `instead`. What it
   * throws is what the call fails with.
   */
  readonly enter: (call: KernelCall) => Token | undefined
  /** Handlers that serve all calls like this one, in place of `enter`, where there is no other layer. */
  readonly shared?: (call: KernelCall) => Handlers | undefined
  /** The way of a call that `enter` did not let in. */
  readonly instead?: Runner
  /** Returns the value to go on with, or a promise of it. What it throws is an error from here on. */
  readonly onValue?:
    | ((value: unknown, token: Token, call: KernelCall, operation: Operation<unknown>) => unknown)
    | undefined
  /** Throws the error to go on with, or returns a promise of a value in its place. */
  readonly onError: (error: unknown, token: Token, call: KernelCall, operation: Operation<unknown>) => Promise<unknown>
}

/** What comes after a promise. */
export interface Handlers {
  readonly onValue: <T>(value: T) => T
  readonly onError: (error: unknown) => never
}

/** Layers with nothing between them, outermost first, and what is inside all of them. */
interface Stack {
  readonly layers: readonly Layer<unknown>[]
  readonly inside: Runner
}

const stacks = /* @__PURE__ */ new WeakMap<Runner, Stack>()

/**
 * A runner that goes through a layer to `next`. Where `next` is such a runner too, calls go through the layers of both
 * with one promise for all of them.
 */
export function through<Token>(layer: Layer<Token>, next: Runner): Runner {
  const { layers, inside } = stacks.get(next) ?? { layers: [], inside: next }
  const outermost = layer as Layer<unknown>
  const stack: Stack = { layers: [outermost, ...layers], inside }
  const runner = layers.length === 0 ? throughOne(outermost, inside) : throughAll(stack)
  stacks.set(runner, stack)
  return runner
}

/** What `throughAll` does, with less to remember. */
function throughOne(layer: Layer<unknown>, inside: Runner): Runner {
  const { shared, enter, instead, onValue, onError } = layer
  return <T>(operation: Operation<T>, call: KernelCall): Promise<T> => {
    const handlers = shared?.(call)
    if (handlers !== undefined) return passOn(inside, operation, call).then(handlers.onValue, handlers.onError)
    let token: unknown
    try {
      token = enter(call)
      if (token === undefined) return (instead as Runner)(operation, call)
    } catch (error) {
      return Promise.reject(error)
    }
    return passOn(inside, operation, call).then(
      onValue && (value => onValue(value, token, call, operation) as T),
      (error: unknown) => onError(error, token, call, operation) as T,
    )
  }
}

function throughAll({ layers, inside }: Stack): Runner {
  return (operation, call) => {
    const tokens = Array<unknown>(layers.length)
    const passage = new Passage(layers, tokens, operation, call)
    for (let depth = 0; depth < layers.length; depth++) {
      const layer = layers[depth] as Layer<unknown>
      let token: unknown
      try {
        token = layer.enter(call)
      } catch (error) {
        return passage.out(Promise.reject(error), depth)
      }
      if (token === undefined) return passage.out(passOn(layer.instead as Runner, operation, call), depth)
      tokens[depth] = token
    }
    return passage.out(passOn(inside, operation, call), layers.length)
  }
}

/** The way of one call out of the layers that it is in. */
class Passage {
  private readonly layers: readonly Layer<unknown>[]
  private readonly tokens: readonly unknown[]
  private readonly operation: Operation<unknown>
  private readonly call: KernelCall

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

keepShape(new Passage([], [], () => undefined, {} as KernelCall))
