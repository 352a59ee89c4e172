import type { Call } from '@holdfast/core'
import type { KernelCall } from '@holdfast/core/kernel'
import { blockMsOf, isPassedOn } from './command-rule.ts'
import { Exchange } from './exchange.ts'
import type { CallOptions, Guard } from './guard.ts'
import { IoredisAttempt } from './ioredis-attempt.ts'
import { IoredisBatch } from './ioredis-batch.ts'
import type { IoredisClient, IoredisCommand, IoredisPipeline } from './ioredis-client.ts'
import { IoredisLink } from './ioredis-link.ts'
import { type Members, viewOf } from './view.ts'
import { unwaited, waited } from './waited.ts'

/** Makes the view of a duplicate, with the same policies. */
export type Again = (client: IoredisClient) => IoredisClient

/**
 * The client, but for its commands: they go through the policies. Everything else is the client's own, and happens to it:
 * its events, its status, its end.
 */
export function ioredisView(
  client: IoredisClient,
  guard: Guard,
  asked: CallOptions | undefined,
  again: Again,
): IoredisClient {
  const link = IoredisLink.of(client)

  const sendCommand = (command: IoredisCommand, stream?: unknown, node?: unknown): unknown => {
    const name = command.name.toUpperCase()
    if (stream !== undefined || isPassedOn(name)) return client.sendCommand(command, stream, node)
    const waitMs = blockMsOf(name, command.args)
    const exchange = new Exchange(guard, link, name, command.args, waitMs ?? 0)
    const attempt = (call: Call): Promise<unknown> => {
      exchange.begin()
      const reply = new IoredisAttempt(link, exchange, command).send(call as KernelCall)
      return waitMs === undefined ? reply : waited(exchange, reply)
    }
    guard.run(exchange, attempt, asked).then(
      reply => {
        command.resolve(unwaited(reply))
      },
      (error: unknown) => {
        command.reject(guard.told(exchange, error))
      },
    )
    link.follow(name, command)
    return command.promise
  }

  /** A pipeline collects its commands as ever, and hands them over all at once. */
  const collecting = (pipeline: IoredisPipeline): IoredisPipeline => {
    if (!pipeline.isPipeline) return pipeline
    let commands: IoredisCommand[] = []
    const collect = (command: IoredisCommand, stream?: unknown): unknown => {
      // A script that the server has forgotten is sent by itself.
      if (stream === undefined) return sendCommand(command)
      commands.push(command)
      if (commands.length < pipeline.length) return command.promise
      new IoredisBatch(guard, link, pipeline, commands).run(asked)
      commands = []
      return command.promise
    }
    pipeline.redis = Object.create(commander, { sendCommand: { value: collect } }) as IoredisClient
    // Redirections are followed by the pipelines of its attempts.
    pipeline.isCluster = false
    return pipeline
  }

  const methodOf = (name: string) => Reflect.get(client, name) as (...args: unknown[]) => unknown
  const pipeline = (...args: unknown[]): unknown =>
    collecting(methodOf('pipeline').apply(commander, args) as IoredisPipeline)
  const multi = (...args: unknown[]): unknown => collecting(methodOf('multi').apply(commander, args) as IoredisPipeline)

  /** What commands are called on: faster than the proxy. */
  const commander = Object.create(client, {
    sendCommand: { value: sendCommand },
    pipeline: { value: pipeline },
    multi: { value: multi },
    // What is gathered for a caller must not be sent with what is gathered for others.
    _autoPipelines: { value: new Map() },
    _runningAutoPipelines: { value: new Set() },
  }) as IoredisClient

  const members: Members = {
    sendCommand,
    pipeline,
    multi,
    duplicate: (...overrides: unknown[]) => {
      const other = client.duplicate(...overrides)
      try {
        return again(other)
      } catch (error) {
        other.disconnect()
        throw error
      }
    },
    // The commands of a handshake are no calls of anybody's.
    connect: (...args: unknown[]) => methodOf('connect').apply(client, args),
    monitor: (...args: unknown[]) => methodOf('monitor').apply(client, args),
  }
  const commands = commandsOf(client)
  const commandOn = (property: PropertyKey): unknown => {
    if (!Object.hasOwn(commands, property) || tools.has(property)) return undefined
    const command = Reflect.get(client, property) as unknown
    return command === Reflect.get(commands, property) ? command : undefined
  }
  return viewOf(client, members, commander, commandOn)
}

/** The prototype that has all commands of ioredis, and a few tools. */
function commandsOf(client: object): object {
  let prototype = client
  while (!Object.hasOwn(prototype, 'getBuiltinCommands')) prototype = Object.getPrototypeOf(prototype) as object
  return prototype
}

const tools: ReadonlySet<PropertyKey> = new Set([
  'constructor',
  'getBuiltinCommands',
  'createBuiltinCommand',
  'addBuiltinCommand',
  'defineCommand',
])
