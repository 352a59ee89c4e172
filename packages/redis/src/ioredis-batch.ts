import type { KernelCall } from '@holdfast/core/kernel'
import { BatchExchange } from './batch-exchange.ts'
import { Exchange } from './exchange.ts'
import { classify } from './failures.ts'
import type { CallOptions, Guard } from './guard.ts'
import { IoredisAttempt } from './ioredis-attempt.ts'
import type { IoredisCommand, IoredisPipeline } from './ioredis-client.ts'
import type { IoredisLink } from './ioredis-link.ts'
import { onCancel } from './on-cancel.ts'
import { unwaited, type Waited, waited } from './waited.ts'

/** What a pipeline of ioredis answers: for each command, its error or its reply. */
type Results = readonly (readonly [unknown, unknown?])[]

/** The commands of a pipeline, or of a MULTI, on their way through the policies as one. */
export class IoredisBatch {
  private readonly guard: Guard
  private readonly link: IoredisLink
  private readonly pipeline: IoredisPipeline
  private readonly commands: readonly IoredisCommand[]
  private readonly exchange: BatchExchange
  /** What the latest attempt brought where it failed as a whole. */
  private failure: { readonly error: unknown; readonly results: Results } | undefined = undefined

  constructor(guard: Guard, link: IoredisLink, pipeline: IoredisPipeline, commands: readonly IoredisCommand[]) {
    this.guard = guard
    this.link = link
    this.pipeline = pipeline
    this.commands = commands
    const parts = commands.map(({ name, args }) => new Exchange(guard, link, name.toUpperCase(), args, 0))
    const isTransaction = parts.some(({ name }) => name === 'MULTI')
    this.exchange = new BatchExchange(guard, link, isTransaction ? 'MULTI' : 'PIPELINE', parts)
  }

  /** Settles the commands, and so the pipeline that they were collected by. */
  run(asked: CallOptions | undefined): void {
    this.guard
      .run(this.exchange, call => this.attempt(call as KernelCall), asked)
      .then(
        results => this.settle(unwaited(results) as Results),
        (error: unknown) => this.fail(error),
      )
  }

  private attempt(call: KernelCall): Promise<Results | Waited> {
    const { link, commands, exchange } = this
    exchange.begin()
    for (const part of exchange.parts) part.begin()
    if (exchange.name === 'MULTI' && link.hasLostWatch) return Promise.resolve(this.withoutWatch())
    const raw = link.client.pipeline()
    const attempts = commands.map((command, index) => {
      const attempt = new IoredisAttempt(link, exchange.parts[index] as Exchange, command)
      raw.sendCommand(attempt)
      return attempt
    })
    const leaving = onCancel(call, cancellation => {
      link.waiting.delete(exchange)
      for (const attempt of attempts) attempt.cancel(cancellation)
      exchange.note()
    })
    const replies = raw.exec().then(results => {
      leaving.detach()
      return this.judged(results as unknown as Results)
    })
    return exchange.blockMs === 0 ? replies : waited(exchange, replies)
  }

  /** Throws where something was wrong with more than a command: policies go by that. */
  private judged(results: Results): Results {
    this.exchange.note()
    const failed = results.find(([error]) => error !== null && classify(error).kind !== 'permanent')
    if (failed === undefined) return results
    const error = this.exchange.failed(failed[0])
    this.failure = { error, results }
    throw error
  }

  /** The keys may have changed unseen: as if one of them had, nothing is executed, and EXEC brings null. */
  private withoutWatch(): Results {
    this.link.unwatch()
    return this.exchange.parts.map(({ name }) => [null, name === 'EXEC' ? null : 'QUEUED'])
  }

  private settle(results: Results): void {
    for (const [index, command] of this.commands.entries()) {
      const [error, reply] = results[index] as Results[number]
      if (error === null) command.resolve(reply)
      else command.reject(error)
    }
    if (this.exchange.name === 'MULTI') this.link.unwatch()
  }

  private fail(error: unknown): void {
    const { failure, exchange } = this
    if (failure !== undefined && failure.error === error) return this.settle(failure.results)
    const told = this.guard.told(exchange, error)
    this.pipeline.reject(told)
    for (const command of this.commands) command.reject(told)
  }
}
