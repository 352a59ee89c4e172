import type { Operation } from '@holdfast/core'
import {
  type Cancellation,
  callGuarded,
  Dependent,
  type Emitter,
  type Failure,
  failureFacts,
  type KernelCall,
  passOn,
  promised,
  type Runner,
} from '@holdfast/core/kernel'
import type { RetryEvent } from './events.ts'
import { recordInfo, remember, type StopReason } from './info.ts'
import type { RetrySettings } from './options.ts'
import { failedAttempt, judge, succeeds } from './verdict.ts'

/** What a run of a retry is made of. */
export interface RetryRun<T> {
  readonly settings: RetrySettings
  readonly emitter: Emitter<RetryEvent>
  readonly next: Runner
  readonly operation: Operation<T>
  /** The call around all attempts. */
  readonly call: KernelCall
}

/** Where the handlers of an attempt end that another one follows. Nobody holds it, so they are all collected. */
const superseded = (): Promise<never> => new Promise(() => {})

/**
 * A run that did not succeed at once. All further attempts settle one promise, so that an unbounded retry holds no
 * more memory with each. It depends on the call: with that, a wait ends at once.
 */
export class Recovery<T> extends Dependent {
  private readonly run: RetryRun<T>
  private readonly delaysMs: number[] = []
  private readonly errors: unknown[] = []
  private attempt = 0
  private timer: unknown = undefined
  private isWaiting = false
  /** There while it waits. */
  private failure!: Failure
  private resolve!: (value: T | PromiseLike<T>) => void
  private reject!: (error: unknown) => void

  constructor(run: RetryRun<T>) {
    super()
    this.run = run
  }

  /** Goes on after the first attempt, which failed. */
  after(failure: Failure): Promise<T> {
    this.attempt = 1
    return this.settledBy(() => this.decided(() => this.failed(failure)))
  }

  /** Makes the first attempt, too. */
  start(): Promise<T> {
    return this.settledBy(() => this.tryAgain())
  }

  /** Ends a wait at once. An attempt that runs ends by its own signal; whoever gave the reason has been answered. */
  override cancel({ reason }: Cancellation): void {
    this.record(reason, 'cancelled')
    if (!this.isWaiting) return
    this.run.settings.clock.clearTimeout(this.timer)
    this.reject(reason)
  }

  private settledBy(begin: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
      this.attach(this.run.call)
      this.follow(begin)
    })
  }

  /** The promise's own functions come last, so that V8 can name the caller in the traces of the operation. */
  private follow(step: () => Promise<T>): void {
    step().then(this.resolve, this.reject)
  }

  private tryAgain(): Promise<T> {
    const { settings, next, operation, call } = this.run
    if (call.cancelled !== undefined) return Promise.reject(call.cancelled.reason)
    this.attempt++
    const child = call.child(this.attempt, call.deadline)
    return passOn(next, operation, child).then(
      value => {
        child.leave()
        return this.decided(() =>
          succeeds(settings, call, value) ? this.end(value, 'succeeded') : this.failed({ result: value }),
        )
      },
      (error: unknown) => {
        child.leave()
        return this.decided(() => this.failed({ error }))
      },
    )
  }

  /** What a callback throws ends the run. */
  private decided<V>(decide: () => V): V {
    try {
      return decide()
    } catch (error) {
      this.detach()
      throw error
    }
  }

  private failed(failure: Failure): Promise<T> {
    const { settings, call } = this.run
    if ('error' in failure) remember(this.errors, failure.error)
    const verdict = judge(settings, call, failure, this.attempt, this.delaysMs.at(-1))
    if ('stop' in verdict) return this.stop(failure, verdict.stop)
    this.wait(failure, verdict.delayMs)
    return superseded()
  }

  private wait(failure: Failure, delayMs: number): void {
    const { settings, emitter, call } = this.run
    remember(this.delaysMs, delayMs)
    this.isWaiting = true
    // A field, no variable of the callback: the trace of the next error holds the callback, and would hold this one.
    this.failure = failure
    this.timer = settings.clock.setTimeout(() => {
      this.isWaiting = false
      this.prepare()
    }, delayMs)
    this.discard(failure)
    if (!emitter.isHeard) return
    emitter.emit({ type: 'retry.scheduled', delayMs, ...failureFacts(failure) }, call, this.attempt)
  }

  /** Hands over a result that nobody will get: it may hold a connection all through the wait. */
  private discard(failure: Failure): void {
    const { name, discard } = this.run.settings
    if (discard === undefined || 'error' in failure) return
    callGuarded(`discard of ${name}`, () => discard(failure.result))
  }

  private prepare(): void {
    const { settings, call } = this.run
    const { beforeRetry } = settings
    const goOn = (): void => this.follow(() => this.tryAgain())
    if (beforeRetry === undefined) return goOn()
    const failed = failedAttempt(this.failure, this.attempt, call)
    promised(() => beforeRetry(failed)).then(goOn, (error: unknown) => {
      this.detach()
      this.reject(error)
    })
  }

  /** Ends with what the last attempt brought: its error, or its result. */
  private stop(failure: Failure, stopped: Exclude<StopReason, 'succeeded'>): Promise<T> {
    const { emitter, call } = this.run
    const attempts = this.attempt
    this.detach()
    if (emitter.isHeard) {
      const facts = failureFacts(failure)
      if (stopped === 'budget') emitter.emit({ type: 'retry.budgetExhausted', attempts, ...facts }, call, attempts)
      if (stopped === 'attempts' || stopped === 'deadline') {
        emitter.emit({ type: 'retry.exhausted', attempts, stopped, ...facts }, call, attempts)
      }
    }
    if ('result' in failure) return Promise.resolve(this.end(failure.result as T, stopped))
    this.record(failure.error, stopped)
    return Promise.reject(failure.error)
  }

  private end(value: T, stopped: StopReason): T {
    const { emitter, call } = this.run
    const attempts = this.attempt
    this.detach()
    if (call.cancelled !== undefined || (stopped === 'succeeded' && attempts === 1)) return value
    this.record(value, stopped)
    if (stopped === 'succeeded' && emitter.isHeard) emitter.emit({ type: 'retry.succeeded', attempts }, call, attempts)
    return value
  }

  private record(errorOrValue: unknown, stopped: StopReason): void {
    recordInfo(errorOrValue, { attempts: this.attempt, delaysMs: this.delaysMs, errors: this.errors, stopped })
  }
}
