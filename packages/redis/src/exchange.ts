import { type Call, type CallContext, UnknownOutcomeError } from '@holdfast/core'
import { type Cancellation, stackless } from '@holdfast/core/kernel'
import { classify, type RedisFailureKind } from './failures.ts'
import type { Guard } from './guard.ts'
import type { Link } from './link.ts'

/** A command, as callbacks of policies see it: see `commandOf`. */
export interface RedisCommand {
  /** In upper case; `MULTI` or `PIPELINE` for many commands at once. */
  readonly name: string
  /** Without the name, as they are sent: do not change them. Of many commands at once, their names. */
  readonly args: readonly unknown[]
}

/** One command, or many at once, and all attempts at it: knows whether there may be another one. */
export class Exchange implements RedisCommand {
  readonly name: string
  readonly args: readonly unknown[]
  /** How long the server itself may keep it waiting, in milliseconds; 0 for what does not wait. */
  readonly blockMs: number
  readonly link: Link
  protected readonly guard: Guard
  /** Whether the latest attempt has been sent, or may have been. */
  isSent = false
  /** Whether any attempt before that has been sent. */
  private wasSent = false
  /** What is known to have become of the latest attempt: it was executed, or it was not. */
  private answer: 'reply' | 'refusal' | undefined = undefined
  /** What the latest attempt failed with. */
  private error: unknown = undefined

  constructor(guard: Guard, link: Link, name: string, args: readonly unknown[], blockMs: number) {
    this.guard = guard
    this.link = link
    this.name = name
    this.args = args
    this.blockMs = blockMs
  }

  /** Whether no attempt has ever been sent. */
  get isUnsent(): boolean {
    return !this.isSent && !this.wasSent
  }

  /** Whether doing it twice does the same as once. */
  protected get isIdempotent(): boolean {
    return this.guard.isIdempotent(this)
  }

  /** Whether it may be done once more although an attempt was executed, or may have been. */
  private get isRepeatable(): boolean {
    return this.blockMs === 0 && !this.link.isInTransaction && this.isIdempotent
  }

  /**
   * Begins an attempt. Throws where the last one failed after it had been sent, whatever policy asks for another: what is not
   * idempotent must not be doubled.
   */
  begin(): void {
    if (this.isSent && this.answer === undefined && !this.isRepeatable) {
      const error: unknown = this.error ?? this.unknownOutcome(undefined)
      throw error
    }
    this.wasSent ||= this.isSent
    this.isSent = false
    this.answer = this.error = undefined
  }

  /** Notes that an attempt has brought a reply. */
  replied(): void {
    this.answer = 'reply'
  }

  /** Notes how an attempt failed. Returns the error to tell. */
  failed(error: unknown): unknown {
    const { kind } = classify(error)
    if (this.refuses(kind)) this.answer = 'refusal'
    if (kind === 'readOnly') this.link.reconnect()
    const isUnknown = kind === 'connectionLost' && this.isSent && !this.isIdempotent
    this.error = isUnknown ? this.unknownOutcome(error) : error
    return this.error
  }

  /** Nobody waits for the latest attempt any more. */
  abandoned({ origin }: Cancellation): void {
    this.link.waiting.delete(this)
    if (this.isSent && origin === 'timeout') this.link.timedOut(this.guard.clock.nowMs())
  }

  /** Whether another attempt is right after an error, and may succeed. */
  mayRepeat(error: unknown): boolean {
    if (this.link.isClosed || this.link.isInTransaction) return false
    if (classify(error).kind === 'permanent') return false
    return !this.isSent || this.answer === 'refusal' || this.isRepeatable
  }

  /** Whether a failure of this kind says that it was not executed. */
  protected refuses(kind: RedisFailureKind): boolean {
    return kind === 'notExecuted' || kind === 'readOnly'
  }

  private unknownOutcome(cause: unknown): UnknownOutcomeError {
    return stackless(() => new UnknownOutcomeError(this.guard.name, this.name, { cause }))
  }
}

/** What clients give to their calls as a context, with that of the caller. */
export interface RedisContext extends CallContext {
  readonly redis: Exchange
}

/** The exchange that a call of a client is for. */
export function exchangeOf({ context }: Call): Exchange {
  return (context as RedisContext).redis
}

/**
 * The command that a call is for, in a callback of a policy of `resilientRedis`; undefined for calls of others.
 *
 * @example
 * resilientRedis(client, { retry: { handles: ({ call }) => commandOf(call)?.name !== 'KEYS' } })
 */
export function commandOf({ context }: Call): RedisCommand | undefined {
  return (context as Partial<RedisContext>).redis
}
