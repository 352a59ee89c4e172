import { type Cancellation, Dependent, type KernelCall } from '@holdfast/core/kernel'
import type { Exchange } from './exchange.ts'
import type { NodeRedisArguments, NodeRedisClient, NodeRedisCommandOptions } from './node-redis-client.ts'
import type { NodeRedisLink } from './node-redis-link.ts'

/**
 * One attempt at a command. The client takes it for the signal of its command, and so tells when it has been written: that is
 * when it stops to listen. A real AbortSignal costs more than the command.
 */
export class NodeRedisAttempt extends Dependent {
  readonly aborted = false
  private readonly link: NodeRedisLink
  private readonly exchange: Exchange
  private leave: (() => void) | undefined = undefined

  constructor(link: NodeRedisLink, exchange: Exchange) {
    super()
    this.link = link
    this.exchange = exchange
  }

  send(
    client: NodeRedisClient,
    args: NodeRedisArguments,
    options: NodeRedisCommandOptions | undefined,
    call: KernelCall,
  ): Promise<unknown> {
    const { link, exchange } = this
    if (call.isCancellable) this.attach(call)
    // The limits of the policies take the place of the client's own, which ends with the queue.
    const asked = { ...options, abortSignal: this as unknown as AbortSignal, timeout: undefined }
    return client.sendCommand(args, asked).then(
      reply => {
        this.detach()
        link.answered()
        exchange.replied()
        return reply
      },
      (error: unknown) => {
        this.detach()
        throw exchange.failed(error)
      },
    )
  }

  /** Nobody waits any more: what has not been written must not be executed later. */
  override cancel(cancellation: Cancellation): void {
    const { leave } = this
    this.leave = undefined
    leave?.()
    this.exchange.abandoned(cancellation)
  }

  addEventListener(_type: 'abort', leave: () => void): void {
    this.leave = leave
  }

  /** Also called when the client drops all that it has: that may have been written, then. */
  removeEventListener(): void {
    if (this.leave === undefined) return
    this.leave = undefined
    this.exchange.isSent = true
  }
}
