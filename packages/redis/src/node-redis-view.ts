import type { Call } from '@holdfast/core'
import type { KernelCall } from '@holdfast/core/kernel'
import { blockMsOf, isPassedOn } from './command-rule.ts'
import { Exchange } from './exchange.ts'
import type { CallOptions, Guard } from './guard.ts'
import { NodeRedisAttempt } from './node-redis-attempt.ts'
import { runBatch } from './node-redis-batch.ts'
import type {
  NodeRedisArguments,
  NodeRedisBatch,
  NodeRedisClient,
  NodeRedisCommandOptions,
} from './node-redis-client.ts'
import { NodeRedisLink } from './node-redis-link.ts'
import { type Members, viewOf } from './view.ts'
import { unwaited, waited } from './waited.ts'

type Method = (...args: unknown[]) => unknown

/** Makes the view of a duplicate, with the same policies. */
type Again = (client: object) => object

/**
 * The client, but for its commands: they go through the policies. Everything else is the client's own, and happens to it:
 * its events, its state, its end.
 */
export function nodeRedisView(
  client: NodeRedisClient,
  guard: Guard,
  asked: CallOptions | undefined,
  again: Again,
): NodeRedisClient {
  const link = NodeRedisLink.of(client)
  const { _self: self, _commandOptions: own } = client

  const sendCommand = (args: NodeRedisArguments, options?: NodeRedisCommandOptions): Promise<unknown> => {
    const name = String(args[0]).toUpperCase()
    if (isPassedOn(name)) return client.sendCommand(args, options)
    const others = args.slice(1)
    const waitMs = blockMsOf(name, others)
    const exchange = new Exchange(guard, link, name, others, waitMs ?? 0)
    const attempt = (call: Call): Promise<unknown> => {
      exchange.begin()
      const reply = new NodeRedisAttempt(link, exchange).send(client, args, options, call as KernelCall)
      return waitMs === undefined ? reply : waited(exchange, reply)
    }
    const signal = options?.abortSignal ?? own?.abortSignal
    return guard
      .run(exchange, attempt, signal === undefined ? asked : withSignal(asked, signal))
      .then(unwaited, (error: unknown) => {
        throw guard.told(exchange, error)
      })
  }

  /** What commands run on: the client's own way of making arguments and replies, around our way of sending. */
  const executor = Object.create(client, { sendCommand: { value: sendCommand } }) as NodeRedisClient
  const commander = Object.create(executor, { _self: { value: executor } }) as NodeRedisClient

  const methodOf = (name: string) => Reflect.get(client, name) as Method
  const viewed =
    (name: string): Method =>
    (...args) =>
      again(methodOf(name).apply(client, args) as object)
  const whole =
    (name: string, command: string): Method =>
    (...args) => {
      const exchange = new Exchange(guard, link, command, args, 0)
      const attempt = (): Promise<unknown> => {
        exchange.begin()
        exchange.isSent = true
        return (methodOf(name).apply(client, args) as Promise<unknown>).catch((error: unknown) => {
          throw exchange.failed(error)
        })
      }
      return guard.run(exchange, attempt, asked)
    }

  const members: Members = {
    sendCommand,
    _executeMulti: (...batch: NodeRedisBatch) => runBatch(guard, link, client, 'MULTI', batch, asked),
    _executePipeline: (...batch: NodeRedisBatch) => runBatch(guard, link, client, 'PIPELINE', batch, asked),
    // The client notes the connection that watches.
    WATCH: whole('WATCH', 'WATCH'),
    watch: whole('watch', 'WATCH'),
    UNWATCH: whole('UNWATCH', 'UNWATCH'),
    unwatch: whole('unwatch', 'UNWATCH'),
    duplicate: viewed('duplicate'),
    withCommandOptions: viewed('withCommandOptions'),
    withTypeMapping: viewed('withTypeMapping'),
    withAbortSignal: viewed('withAbortSignal'),
    asap: viewed('asap'),
  }
  // What `createClient` has given the commands to.
  const commands = Object.getPrototypeOf(self) as object
  const commandOn = (property: PropertyKey): unknown => {
    if (!Object.hasOwn(commands, property) || property === 'constructor') return undefined
    if (Object.hasOwn(client, property) || Object.hasOwn(self, property)) return undefined
    // The commands of a module are an object that knows whose it is.
    return Reflect.get(client, property, executor) as unknown
  }
  return viewOf(client, members, commander, commandOn)
}

/** The client's own way to pass a signal, beside that of `withCallOptions`. */
function withSignal(asked: CallOptions | undefined, signal: AbortSignal): CallOptions {
  return { ...asked, signal: asked?.signal === undefined ? signal : AbortSignal.any([asked.signal, signal]) }
}
