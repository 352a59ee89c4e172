import type { Operation } from '@holdfast/core'
import { type Cancellation, Dependent, type Emitter, type KernelCall, type Runner } from '@holdfast/core/kernel'
import type { RetryEvent } from './events.ts'
import { recordInfo, remember, type StopReason } from './info.ts'
import type { RetrySettings } from './options.ts'
import { type Failure, factsOf, failedAttempt, judge, succeeds } from './verdict.ts'

/** What a run of a retry is made of. */
export interface RetryRun<T> {
  readonly settings: RetrySettings
  readonly emitter: Emitter<RetryEvent>
  readonly next: Runner
  readonly operation: Operation<T>
  /** The call around all attempts. */
  readonly call: KernelCall
}

const ignore = (): void => {}

/** Where the handlers of an attempt end that another one follows. Nobody holds it, so they are all collected. */
const superseded = (): Promise<never> => new Promise(() => {})

/**
 * A run that did not succeed at once. All further attempts settle one promise, so that an unbounded retry holds no
 * more memory with each. During a wait it depends on the call, and ends with it.
 */
export class Recovery<T> extends Dependent {
  private readonly run: RetryRun<T>
  private readonly delaysMs: number[] = []
  private readonly errors: unknown[] = []
  private attempt = 0
  private timer: unknown = undefined
  private resolve: (value: T | PromiseLike<T>) => void = ignore
  private reject: (error: unknown) => void = ignore

  constructor(run: RetryRun<T>) {
    super()
    this.run = run
  }

  /** Goes on after the first attempt, which failed. */
  after(failure: Failure): Promise<T> {
    this.attempt = 1
    return this.settledBy(() => this.failed(failure))
  }

  /** Makes the first attempt, too. */
  start(): Promise<T> {
    return this.settledBy(() => this.tryAgain())
  }

  override cancel({ reason }: Cancellation): void {
    this.run.settings.clock.clearTimeout(this.timer)
    this.reject(reason)
  }

  private settledBy(begin: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
      this.follow(begin)
    })
  }

  /** The promise's own functions come last, so that V8 can name the caller in the traces of the operation. */
  private follow(step: () => Promise<T>): void {
    try {
      step().then(this.resolve, this.reject)
    } catch (error) {
      this.reject(error)
    }
  }

  private tryAgain(): Promise<T> {
    const { settings, next, operation, call } = this.run
    if (call.cancelled !== undefined) return Promise.reject(call.cancelled.reason)
    this.attempt++
    const child = call.child(this.attempt, call.deadline, call.isCancellable)
    return next(operation, child).then(
      value => {
        child.leave()
        return succeeds(settings, call, value) ? this.end(value, 'succeeded') : this.failed({ result: value })
      },
      (error: unknown) => {
        child.leave()
        return this.failed({ error })
      },
    )
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
    if (call.isCancellable) this.attach(call)
    this.timer = settings.clock.setTimeout(() => {
      this.detach()
      this.follow(() => this.prepare(failure))
    }, delayMs)
    if (!emitter.isHeard) return
    emitter.emit({ type: 'retry.scheduled', delayMs, ...factsOf(failure) }, call, this.attempt)
  }

  private prepare(failure: Failure): Promise<T> {
    const { settings, call } = this.run
    if (settings.beforeRetry === undefined) return this.tryAgain()
    return Promise.resolve(settings.beforeRetry(failedAttempt(failure, this.attempt, call))).then(() => this.tryAgain())
  }

  /** Ends with what the last attempt brought: its error, or its result. */
  private stop(failure: Failure, stopped: Exclude<StopReason, 'succeeded'>): Promise<T> {
    const { emitter, call } = this.run
    const attempts = this.attempt
    if (emitter.isHeard) {
      const facts = factsOf(failure)
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
    if (stopped === 'succeeded' && attempts === 1) return value
    this.record(value, stopped)
    if (stopped === 'succeeded' && emitter.isHeard) emitter.emit({ type: 'retry.succeeded', attempts }, call, attempts)
    return value
  }

  private record(errorOrValue: unknown, stopped: StopReason): void {
    recordInfo(errorOrValue, { attempts: this.attempt, delaysMs: this.delaysMs, errors: this.errors, stopped })
  }
}
