import type { Call } from '@holdfast/core'
import type { KernelCall } from '@holdfast/core/kernel'
import { arrival } from './arrival.ts'
import { BatchExchange } from './batch-exchange.ts'
import { Exchange } from './exchange.ts'
import type { CallOptions, Guard } from './guard.ts'
import type { NodeRedisBatch, NodeRedisClient } from './node-redis-client.ts'
import type { NodeRedisLink } from './node-redis-link.ts'
import { onCancel } from './on-cancel.ts'
import { unwaited, waited } from './waited.ts'

/** Sends the commands of a MULTI, or of a pipeline, through the policies as one. */
export function runBatch(
  guard: Guard,
  link: NodeRedisLink,
  client: NodeRedisClient,
  name: 'MULTI' | 'PIPELINE',
  batch: NodeRedisBatch,
  asked: CallOptions | undefined,
): Promise<unknown> {
  const [commands] = batch
  const { _executeMulti: multi, _executePipeline: pipeline } = client
  const execute = name === 'MULTI' ? multi : pipeline
  const parts = commands.map(
    ({ args: [part, ...args] }) => new Exchange(guard, link, String(part).toUpperCase(), args, 0),
  )
  const exchange = new BatchExchange(guard, link, name, parts)
  const send = (call: Call): Promise<unknown> => {
    // From here on the client cannot be asked for it back.
    exchange.isSent = true
    const sent = onCancel(call as KernelCall, cancellation => exchange.abandoned(cancellation))
    return execute.apply(client, [...batch]).then(
      replies => {
        sent.detach()
        link.answered()
        exchange.replied()
        return replies
      },
      (error: unknown) => {
        sent.detach()
        throw exchange.failed(error)
      },
    )
  }
  const attempt = (call: Call): Promise<unknown> => {
    exchange.begin()
    const replies =
      client.isReady || !client.isOpen ? send(call) : arrival(client, call as KernelCall).then(() => send(call))
    return exchange.blockMs === 0 ? replies : waited(exchange, replies)
  }
  return guard.run(exchange, attempt, asked).then(unwaited, (error: unknown) => {
    throw guard.told(exchange, error)
  })
}
