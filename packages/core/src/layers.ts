import type { Answer } from './answer.ts'
import { type KernelCall, type Operation, passOn, type Runner } from './call.ts'
import { Passage } from './passage.ts'

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
  /** Returns the value. */
  readonly onValue: <T>(value: T) => T
  /** Throws the error. */
  readonly onError: (error: unknown) => never
}

/** What a policy does that may answer the caller before the work inside it ends. */
export interface Answering {
  /** Makes the answer, and so the call for what is inside. As for the rest, like that of a layer. */
  readonly enter: (call: KernelCall) => Answer | undefined
  /** The way of a call that `enter` made no answer for. */
  readonly instead: Runner
}

/** Layers with nothing between them, outermost first, and what is inside all of them. */
interface Stack {
  readonly layers: readonly Layer<unknown>[]
  readonly answering?: Answering | undefined
  readonly inside: Runner
}

const stacks = /* @__PURE__ */ new WeakMap<Runner, Stack>()

/**
 * A runner that goes through a layer to `next`. Where `next` is such a runner too, calls go through the layers of both
 * with one promise for all of them.
 */
export function through<Token>(layer: Layer<Token>, next: Runner): Runner {
  const { layers, answering, inside } = stacks.get(next) ?? { layers: [], inside: next }
  const outermost = layer as Layer<unknown>
  if (layers.length === 0 && answering === undefined) return registered({ layers: [outermost], inside }, throughOne)
  return registered({ layers: [outermost, ...layers], answering, inside }, throughAll)
}

/** A runner that goes to `next` in calls that have answers of their own. Layers around it share its promise. */
export function answeringThrough(answering: Answering, next: Runner): Runner {
  return registered({ layers: [], answering, inside: next }, ({ inside }) => throughAnswer(answering, inside))
}

function registered(stack: Stack, runnerOf: (stack: Stack) => Runner): Runner {
  const runner = runnerOf(stack)
  stacks.set(runner, stack)
  return runner
}

/** What `throughAll` does, with less to remember. */
function throughOne({ layers, inside }: Stack): Runner {
  const { shared, enter, instead, onValue, onError } = layers[0] as Layer<unknown>
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

/** What `throughAll` does for an answer that no layer is around. */
function throughAnswer({ enter, instead }: Answering, inside: Runner): Runner {
  return (operation, call) => {
    try {
      const answer = enter(call)
      return answer === undefined ? instead(operation, call) : answer.promise(inside, operation)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}

function throughAll({ layers, answering, inside }: Stack): Runner {
  return (operation, call) => {
    const tokens = Array<unknown>(layers.length)
    const passage = new Passage(layers, tokens, operation, call)
    let depth = 0
    try {
      for (; depth < layers.length; depth++) {
        const { enter, instead } = layers[depth] as Layer<unknown>
        tokens[depth] = enter(call)
        if (tokens[depth] === undefined) return passage.out(passOn(instead as Runner, operation, call), depth)
      }
      if (answering !== undefined) {
        const answer = answering.enter(call)
        if (answer !== undefined) return passage.answer(answer, inside, operation)
        return passage.out(passOn(answering.instead, operation, call), depth)
      }
    } catch (error) {
      return passage.out(Promise.reject(error), depth)
    }
    return passage.out(passOn(inside, operation, call), depth)
  }
}
