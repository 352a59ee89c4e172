import { type Cancellation, Dependent, type KernelCall } from '@holdfast/core/kernel'
import type { Exchange } from './exchange.ts'
import type { IoredisCommand } from './ioredis-client.ts'
import type { IoredisLink } from './ioredis-link.ts'

/**
 * One attempt at a command, in its place in the queues of ioredis. It says whether it has been written, and brings the raw
 * reply: the command itself transforms it, once, when all attempts are over.
 */
export class IoredisAttempt extends Dependent implements IoredisCommand {
  promise!: Promise<unknown>
  /** ioredis writes on these. */
  inTransaction: boolean
  isTraced = false
  pipelineIndex: number | undefined = undefined
  isSettled = false
  isResolved = false
  private readonly link: IoredisLink
  private readonly exchange: Exchange
  private readonly command: IoredisCommand
  private settle!: (reply: unknown) => void
  private fail!: (error: unknown) => void
  /** Those that options of ioredis ask for. */
  private timers: NodeJS.Timeout[] | undefined = undefined

  constructor(link: IoredisLink, exchange: Exchange, command: IoredisCommand) {
    super()
    this.link = link
    this.exchange = exchange
    this.command = command
    this.inTransaction = command.inTransaction
    this.initPromise()
  }

  /** Called by the pipelines of a cluster, too, before they follow a redirection. */
  initPromise(): void {
    this.isSettled = this.isResolved = false
    this.promise = new Promise((resolve, reject) => {
      this.settle = resolve
      this.fail = reject
    })
  }

  /** Sends it by itself. */
  send(call: KernelCall): Promise<unknown> {
    if (call.isCancellable) this.attach(call)
    try {
      this.link.send(this)
    } catch (error) {
      // An argument that cannot be written.
      this.reject(error)
    }
    return this.promise
  }

  /** Nobody waits any more: what has not been written must not be executed later. */
  override cancel(cancellation: Cancellation): void {
    if (this.isSettled) return
    this.withdraw()
    this.exchange.abandoned(cancellation)
  }

  resolve(reply: unknown): void {
    if (this.isSettled) return
    this.isResolved = true
    this.end()
    this.exchange.replied()
    this.settle(reply)
  }

  reject(error: unknown): void {
    if (this.isSettled) return
    this.end()
    try {
      this.fail(this.exchange.failed(error))
    } catch (thrown) {
      this.fail(thrown)
    }
  }

  /** Called as ioredis writes it, and not before. A script decides only then what it sends. */
  toWritable(socket: unknown): unknown {
    this.exchange.isSent = true
    return this.command.toWritable(socket)
  }

  /** A pipeline transforms what its EXEC brings. */
  transformReply(reply: unknown): unknown {
    return reply
  }

  setReplyContext(context: unknown): void {
    this.command.setReplyContext?.(context)
  }

  /** For the option `commandTimeout`, as ioredis has it. */
  setTimeout(ms: number): void {
    this.limit(ms, () => this.reject(new Error('Command timed out')))
  }

  /** For the option `blockingTimeout`, as ioredis has it. */
  setBlockingTimeout(ms: number): void {
    this.limit(ms, () => this.resolve(null))
  }

  extractBlockingTimeout(): number | null | undefined {
    return this.command.extractBlockingTimeout?.()
  }

  getSlot(): number | null {
    return this.command.getSlot()
  }

  getKeys(): readonly unknown[] {
    return this.command.getKeys()
  }

  get name(): string {
    return this.command.name
  }

  get args(): readonly unknown[] {
    return this.command.args
  }

  get isReadOnly(): boolean {
    return this.command.isReadOnly === true
  }

  private end(): void {
    this.isSettled = true
    this.detach()
    for (const timer of this.timers ?? []) clearTimeout(timer)
  }

  private withdraw(): void {
    // What is not there may be on its way through a cluster.
    if (!this.exchange.isSent && !this.link.takeBack(this)) this.exchange.isSent = true
  }

  private limit(ms: number, expire: () => void): void {
    const end = (): void => {
      this.withdraw()
      expire()
    }
    this.timers ??= []
    this.timers.push(setTimeout(end, ms))
  }
}
