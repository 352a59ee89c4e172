import { type Call, type Clock, type Operation, systemClock } from '@holdfast/core'

/** How one call of an operation goes. */
export interface Step<T> {
  /** What it does in the end; `hang`: nothing. */
  readonly does: 'return' | 'throw' | 'resolve' | 'reject' | 'hang'
  /** What it returns or resolves with. */
  readonly value?: T
  /** What it throws or rejects with. */
  readonly error?: unknown
  readonly afterMs: number
  readonly isDeaf: boolean
}

/** How a step ends. */
export interface StepOptions {
  /** When it ends, in milliseconds from its begin, at least 0. Default 0: without a timer. */
  readonly afterMs?: number
  /** True of work that does not listen to its signal and goes on when nobody wants it. Default false. */
  readonly isDeaf?: boolean
}

/** Returns a promise that resolves with `value`. */
export function resolves<T>(value: T, { afterMs = 0, isDeaf = false }: StepOptions = {}): Step<T> {
  return { does: 'resolve', value, afterMs, isDeaf }
}

/** Returns a promise that rejects with `error`. */
export function rejects(error: unknown, { afterMs = 0, isDeaf = false }: StepOptions = {}): Step<never> {
  return { does: 'reject', error, afterMs, isDeaf }
}

/** Returns `value` itself, no promise of it. */
export function returns<T>(value: T): Step<T> {
  return { does: 'return', value, afterMs: 0, isDeaf: true }
}

/** Throws before there is a promise. */
export function throws(error: unknown): Step<never> {
  return { does: 'throw', error, afterMs: 0, isDeaf: true }
}

/** Never ends by itself. */
export function hangs({ isDeaf = false }: Pick<StepOptions, 'isDeaf'> = {}): Step<never> {
  return { does: 'hang', afterMs: 0, isDeaf }
}

/** One time that an operation was called. */
export interface OperationCall {
  readonly call: Call
  readonly attempt: number
  /** When, on the clock of the operation. */
  readonly atMs: number
}

/** An operation that remembers how it was called. */
export interface RecordedOperation<T> extends Operation<T> {
  readonly calls: readonly OperationCall[]
  /** Calls that have not ended. */
  readonly running: number
}

/** Options of `scripted`. */
export interface OperationOptions {
  /** The clock of the policies under test. Default: that of the platform. */
  readonly clock?: Clock
}

/**
 * An operation that goes by a script, a step for each call. A call beyond the last step throws an `Error` that says so:
 * a test must know how often its operation is called.
 *
 * @example
 * const operation = scripted([rejects(new Error('reset')), resolves('ok', { afterMs: 20 })], { clock })
 */
export function scripted<T>(
  steps: readonly Step<T>[],
  { clock = systemClock }: OperationOptions = {},
): RecordedOperation<T> {
  return recorded(clock, number => {
    const step = steps[number - 1]
    if (step === undefined) throw new Error(`scripted: called ${number} times, the script has ${steps.length} steps`)
    return step
  })
}

/** Options of `flaky`. */
export interface FlakyOptions<T> extends OperationOptions {
  /** The share of calls that fail, from 0 to 1. */
  readonly failureRate: number
  /** Where it draws from: a seeded one makes a test repeatable. */
  readonly random: () => number
  /** What happens to the other calls. */
  readonly success: Step<T>
  /** What happens to calls that fail. Default: they reject with an `Error` named flaky. */
  readonly failure?: Step<never>
}

/** An operation of which a share of calls fails. */
export function flaky<T>(options: FlakyOptions<T>): RecordedOperation<T> {
  const { clock = systemClock, failureRate, random, success, failure } = options
  if (!(failureRate >= 0 && failureRate <= 1)) {
    throw new RangeError(`flaky: failureRate must be from 0 to 1, got ${failureRate}`)
  }
  return recorded(clock, number => {
    if (random() >= failureRate) return success
    return failure ?? rejects(new Error(`flaky: call ${number} fails`))
  })
}

function recorded<T>(clock: Clock, stepOf: (number: number) => Step<T>): RecordedOperation<T> {
  const calls: OperationCall[] = []
  let running = 0
  const operation = (call: Call): Promise<T> | T => {
    calls.push({ call, attempt: call.attempt, atMs: clock.nowMs() })
    const step = stepOf(calls.length)
    if (step.does === 'return') return step.value as T
    if (step.does === 'throw') throw step.error
    running++
    return play(step, call, clock).finally(() => {
      running--
    })
  }
  return Object.defineProperties(operation, {
    calls: { value: calls },
    running: { get: () => running },
  }) as RecordedOperation<T>
}

function play<T>(step: Step<T>, call: Call, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: unknown
    const end = (): void => {
      if (!step.isDeaf) call.signal.removeEventListener('abort', abort)
      if (step.does === 'resolve') resolve(step.value as T)
      else reject(step.error)
    }
    const abort = (): void => {
      clock.clearTimeout(timer)
      reject(call.signal.reason as Error)
    }
    if (!step.isDeaf && call.signal.aborted) {
      abort()
      return
    }
    if (!step.isDeaf) call.signal.addEventListener('abort', abort)
    if (step.does === 'hang') return
    if (step.afterMs > 0) timer = clock.setTimeout(end, step.afterMs)
    else end()
  })
}
