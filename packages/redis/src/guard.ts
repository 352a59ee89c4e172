import { type Clock, isHoldfastError, type Operation, type Policy, type RunOptions } from '@holdfast/core'
import { decides } from '@holdfast/core/kernel'
import type { Exchange, RedisCommand, RedisContext } from './exchange.ts'
import { markNeverSent } from './failures.ts'
import { idempotentCommands, isIdempotentBy } from './idempotent-commands.ts'
import type { RedisSettings } from './options.ts'
import type { RedisEvent, RedisPolicies } from './preset.ts'

/**
 * What a caller may ask of its commands: that they end with `signal`; that each, with all attempts, takes no longer than
 * `timeoutMs` (milliseconds, above 0); and what callbacks of policies find as `call.context`. All may be left out.
 */
export type CallOptions = Pick<RunOptions, 'signal' | 'timeoutMs' | 'context'>

/** What all views of a client, and of its duplicates, share. */
export class Guard {
  readonly policies: RedisPolicies
  readonly name: string
  readonly clock: Clock
  private readonly policy: Policy<never, RedisEvent>
  private readonly idempotent: RedisSettings['idempotent']

  constructor(settings: RedisSettings, policies: RedisPolicies) {
    this.name = settings.name
    this.clock = settings.clock
    this.idempotent = settings.idempotent
    this.policies = policies
    this.policy = policies.policy
  }

  /** Runs an operation for a command. */
  run(exchange: Exchange, operation: Operation<unknown>, asked: CallOptions | undefined): Promise<unknown> {
    const context: RedisContext = { redis: exchange }
    return this.policy.run(
      operation,
      asked === undefined ? { context } : { ...asked, context: { ...asked.context, ...context } },
    )
  }

  /** The error to tell for a command: of a timeout, `classify` knows from here on whether it had been sent. */
  told(exchange: Exchange, error: unknown): unknown {
    if (exchange.isUnsent && isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT')) markNeverSent(error)
    return error
  }

  isIdempotent(command: RedisCommand): boolean {
    const { name, args } = command
    const { idempotent } = this
    if (typeof idempotent === 'function') {
      const verdict = idempotent(command)
      if (verdict !== undefined) return decides(this.name, 'idempotent', verdict)
    } else if (Object.hasOwn(idempotent, name)) return isIdempotentBy(idempotent, name, args)
    return isIdempotentBy(idempotentCommands, name, args)
  }
}
