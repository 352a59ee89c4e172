export { type CommandRule, commandRule } from './command-rule.ts'
export { commandOf, type RedisCommand } from './exchange.ts'
export { type ClassifiedRedisFailure, classify, type RedisFailureKind } from './failures.ts'
export type { CallOptions } from './guard.ts'
export {
  type IdempotencyRule,
  type IdempotencyRules,
  idempotentCommands,
  sameStateCommands,
} from './idempotent-commands.ts'
export { ioredisSettings } from './ioredis-settings.ts'
export type { ResilientRedisOptions } from './options.ts'
export type { RedisEvent } from './preset.ts'
export { breakerOf, policyOf, type RedisLike, resilientRedis, withCallOptions } from './resilient-redis.ts'
