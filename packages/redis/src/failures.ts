import { type ErrorLike, levelsOf } from '@holdfast/core/kernel'

/**
 * What an error says about a command. `notExecuted`: the server refused it, or never saw it. `readOnly`: refused by a replica,
 * so it takes another connection. `connectionLost`, `timedOut`: there was no answer; whether it was executed depends on whether
 * it had been sent. `unknownOutcome`: it had been, and must not be doubled. `permanent`: another attempt would end alike.
 */
export type RedisFailureKind =
  | 'notExecuted'
  | 'readOnly'
  | 'connectionLost'
  | 'timedOut'
  | 'unknownOutcome'
  | 'permanent'

/** What an error of a command says. */
export interface ClassifiedRedisFailure {
  /** What it says about the command. */
  readonly kind: RedisFailureKind
  /** The code that told, such as `ECONNRESET`, or the first word of the server's answer, such as `LOADING`. */
  readonly code: string | undefined
}

/**
 * What an error of ioredis, of redis or of this package says, by the codes, answers and messages of it and of its causes;
 * the outermost that is known counts, and what is not known is `permanent`.
 *
 * @example
 * const { kind, code } = classify(error)
 * if (kind === 'notExecuted') log.warn(`refused: ${code}`)
 */
export function classify(error: unknown): ClassifiedRedisFailure {
  for (const level of levelsOf(error)) {
    // Of several, such as one for each address that was tried, the one that is least safe to repeat.
    const known = level.map(classifiedAlone).filter(failure => failure !== undefined)
    const [first] = known
    if (first !== undefined) return known.find(({ kind }) => kind === 'connectionLost') ?? first
  }
  return { kind: 'permanent', code: undefined }
}

/** Notes of a timeout that its command had never been sent. */
export function markNeverSent(error: object): void {
  neverSent.add(error)
}

const neverSent = /* @__PURE__ */ new WeakSet<object>()

const codes: ReadonlyMap<unknown, RedisFailureKind> = new Map<string, RedisFailureKind>([
  ...of('notExecuted', ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']),
  ...of('notExecuted', ['ERR_HOLDFAST_CIRCUIT_OPEN', 'ERR_HOLDFAST_BULKHEAD_FULL', 'ERR_HOLDFAST_RATE_LIMITED']),
  ...of('connectionLost', ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']),
  ...of('connectionLost', ['ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']),
  ['ERR_HOLDFAST_TIMEOUT', 'timedOut'],
  ['ERR_HOLDFAST_UNKNOWN_OUTCOME', 'unknownOutcome'],
])

/** First words of the server's answers (redis.io, reference/errors). All others are about the command. */
const answers: ReadonlyMap<string, RedisFailureKind> = new Map<string, RedisFailureKind>([
  ...of('notExecuted', ['LOADING', 'TRYAGAIN', 'CLUSTERDOWN', 'MASTERDOWN', 'BUSY']),
  ['READONLY', 'readOnly'],
])

/** Beginnings of what the clients say themselves, without a code. */
const messages: readonly (readonly [string, RedisFailureKind])[] = [
  // ioredis
  ['Connection is closed.', 'connectionLost'],
  ['Command aborted due to connection close', 'connectionLost'],
  ['Reached the max retries per request limit', 'connectionLost'],
  ['Socket timeout', 'connectionLost'],
  ['Command timed out', 'timedOut'],
  ["Stream isn't writeable", 'notExecuted'],
  ["Cluster isn't ready", 'notExecuted'],
  ['Failed to refresh slots cache.', 'notExecuted'],
  ['Too many Cluster redirections', 'notExecuted'],
  // redis
  ['Socket closed unexpectedly', 'connectionLost'],
  ['Disconnects client', 'connectionLost'],
  ['Connection timeout', 'notExecuted'],
  ['The client is offline', 'notExecuted'],
  ['The queue is full', 'notExecuted'],
  ['The command was aborted', 'notExecuted'],
]

function of(kind: RedisFailureKind, words: readonly string[]): [string, RedisFailureKind][] {
  return words.map(word => [word, kind])
}

function classifiedAlone(error: ErrorLike): ClassifiedRedisFailure | undefined {
  const { code, message } = error
  const kind = codes.get(code)
  if (kind !== undefined) return { kind: isUnseen(error) ? 'notExecuted' : kind, code: code as string }
  if (typeof message !== 'string') return undefined
  const [, word = ''] = /^([A-Z]+) /.exec(message) ?? []
  const answer = answers.get(word)
  if (answer !== undefined) return { kind: answer, code: word }
  const said = messages.find(([beginning]) => message.startsWith(beginning))
  return said && { kind: said[1], code: undefined }
}

/** No route to where a connection was being made: no byte has left. */
const routes: ReadonlySet<unknown> = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'])

function isUnseen(error: ErrorLike): boolean {
  return neverSent.has(error) || (routes.has(error['code']) && error['syscall'] === 'connect')
}
