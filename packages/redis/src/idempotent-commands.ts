/** Whether a command is idempotent: always, never, or by its arguments, without its name. */
export type IdempotencyRule = boolean | ((args: readonly unknown[]) => boolean)

/**
 * What is idempotent, by the name of the command. The tables of this package have names in upper case; in those that
 * `resilientRedis` is given, case does not matter.
 */
export type IdempotencyRules = Readonly<Record<string, IdempotencyRule>>

/** What `rules` say about a command; false for what they do not know. `name` in upper case. */
export function isIdempotentBy(rules: IdempotencyRules, name: string, args: readonly unknown[]): boolean {
  const rule = Object.hasOwn(rules, name) ? rules[name] : false
  return typeof rule === 'function' ? rule(args) : rule === true
}

const words = (args: readonly unknown[]): string[] => args.map(arg => String(arg).toUpperCase())

/** True without any of these words after the first `from` arguments. */
const without =
  (from: number, ...unwanted: readonly string[]): IdempotencyRule =>
  args =>
    !words(args.slice(from)).some(word => unwanted.includes(word))

/** True where the first argument, the subcommand, is one of these. */
const only =
  (...subcommands: readonly string[]): IdempotencyRule =>
  args =>
    subcommands.includes(String(args[0]).toUpperCase())

/** True where the key that is written is none of those that are read. */
const writesElsewhere = ([written, ...others]: readonly unknown[]): boolean =>
  !others.some(other => String(other) === String(written))

/** A list that is cut to its first, or to its last elements is the same after a second cut. */
const cutsOneEnd = ([, start, stop]: readonly unknown[]): boolean =>
  (Number(start) === 0 && Number(stop) >= 0) || (Number(start) < 0 && Number(stop) === -1)

/** Only a time to live that is above 0, and no condition that the first execution changes. */
const expiresLater: IdempotencyRule = args =>
  Number(args[1]) > 0 && args.slice(2).every(arg => /^XX$/i.test(String(arg)))

const always = (...names: readonly string[]): IdempotencyRules => Object.fromEntries(names.map(name => [name, true]))

const reads: IdempotencyRules = {
  ...always('GET', 'MGET', 'STRLEN', 'GETRANGE', 'SUBSTR', 'LCS', 'GETBIT', 'BITCOUNT', 'BITPOS', 'BITFIELD_RO'),
  ...always('EXISTS', 'TYPE', 'TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME', 'KEYS', 'SCAN', 'DUMP', 'RANDOMKEY', 'TOUCH'),
  ...always('HGET', 'HMGET', 'HGETALL', 'HKEYS', 'HVALS', 'HLEN', 'HSTRLEN', 'HEXISTS', 'HSCAN', 'HRANDFIELD'),
  ...always('HTTL', 'HPTTL', 'HEXPIRETIME', 'HPEXPIRETIME', 'LRANGE', 'LLEN', 'LINDEX', 'LPOS', 'SORT_RO'),
  ...always('SMEMBERS', 'SISMEMBER', 'SMISMEMBER', 'SCARD', 'SRANDMEMBER', 'SSCAN', 'SINTER', 'SUNION', 'SDIFF'),
  ...always('SINTERCARD', 'ZSCORE', 'ZMSCORE', 'ZRANK', 'ZREVRANK', 'ZCARD', 'ZCOUNT', 'ZLEXCOUNT', 'ZRANGE'),
  ...always('ZREVRANGE', 'ZRANGEBYSCORE', 'ZREVRANGEBYSCORE', 'ZRANGEBYLEX', 'ZREVRANGEBYLEX', 'ZRANDMEMBER', 'ZSCAN'),
  ...always('ZINTER', 'ZUNION', 'ZDIFF', 'ZINTERCARD', 'XLEN', 'XRANGE', 'XREVRANGE', 'XPENDING', 'XINFO', 'XREAD'),
  ...always('GEOPOS', 'GEODIST', 'GEOHASH', 'GEOSEARCH', 'GEORADIUS_RO', 'GEORADIUSBYMEMBER_RO', 'PFCOUNT'),
  ...always(
    'EVAL_RO',
    'EVALSHA_RO',
    'FCALL_RO',
    'PING',
    'ECHO',
    'TIME',
    'DBSIZE',
    'INFO',
    'LASTSAVE',
    'ROLE',
    'LOLWUT',
  ),
  ...always('COMMAND', 'OBJECT', 'PUBSUB', 'WAIT', 'WAITAOF'),
  SORT: without(1, 'STORE'),
  GEORADIUS: without(1, 'STORE', 'STOREDIST'),
  GEORADIUSBYMEMBER: without(1, 'STORE', 'STOREDIST'),
  BITFIELD: without(1, 'SET', 'INCRBY'),
  SCRIPT: only('EXISTS', 'LOAD'),
  FUNCTION: only('LIST', 'DUMP', 'STATS'),
  CONFIG: only('GET'),
  CLIENT: only('ID', 'INFO', 'LIST', 'GETNAME', 'GETREDIR', 'TRACKINGINFO'),
  MEMORY: only('USAGE', 'STATS', 'DOCTOR', 'MALLOC-STATS'),
  LATENCY: only('LATEST', 'HISTORY', 'HISTOGRAM', 'GRAPH', 'DOCTOR'),
  SLOWLOG: only('GET', 'LEN'),
  ACL: only('LIST', 'CAT', 'USERS', 'WHOAMI', 'GETUSER', 'DRYRUN'),
  MODULE: only('LIST'),
  CLUSTER: only('INFO', 'NODES', 'SLOTS', 'SHARDS', 'KEYSLOT', 'MYID', 'LINKS', 'REPLICAS', 'COUNTKEYSINSLOT'),
}

const writes: IdempotencyRules = {
  // A relative time to live begins anew: it ends later by what passed between the executions.
  SET: without(2, 'NX', 'GET', 'IFEQ', 'IFNE', 'IFDEQ', 'IFDNE'),
  ...always('SETEX', 'PSETEX', 'GETEX', 'MSET', 'SETRANGE', 'HMSET', 'LSET', 'PFMERGE'),
  EXPIRE: expiresLater,
  PEXPIRE: expiresLater,
  EXPIREAT: expiresLater,
  PEXPIREAT: expiresLater,
  LTRIM: cutsOneEnd,
  ...always('SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE'),
  ...Object.fromEntries(
    ['ZINTERSTORE', 'ZUNIONSTORE', 'ZDIFFSTORE', 'ZRANGESTORE', 'GEOSEARCHSTORE'].map(name => [name, writesElsewhere]),
  ),
  BITOP: ([, ...keys]) => writesElsewhere(keys),
  COPY: args => writesElsewhere(args.slice(0, 2)) && words(args.slice(2)).includes('REPLACE'),
  RESTORE: args => words(args.slice(3)).includes('REPLACE'),
}

/** What belongs to the connection, and is made anew on the next one. */
const ofConnections: IdempotencyRules = always('SELECT', 'AUTH', 'HELLO', 'READONLY', 'READWRITE', 'WATCH', 'UNWATCH')

/**
 * The commands that are idempotent by their nature: doing one twice leaves the same state, and gives the same answer, as once.
 * Reads, and some writes. What is not here, such as the commands of modules, is not.
 */
export const idempotentCommands: IdempotencyRules = /* @__PURE__ */ Object.freeze({
  ...reads,
  ...writes,
  ...ofConnections,
})

/**
 * Commands that leave the same state when they are done twice, but another answer: DEL tells how many keys there were.
 * For callers who do not look at such answers: `resilientRedis(client, { idempotent: sameStateCommands })`.
 */
export const sameStateCommands: IdempotencyRules = /* @__PURE__ */ Object.freeze({
  ...always('DEL', 'UNLINK', 'PERSIST', 'SETBIT', 'HSET', 'HDEL', 'SADD', 'SREM', 'ZREM', 'PFADD', 'GEOADD'),
  ...always('ZREMRANGEBYSCORE', 'ZREMRANGEBYLEX', 'XACK', 'XDEL'),
  ZADD: without(1, 'INCR'),
})
