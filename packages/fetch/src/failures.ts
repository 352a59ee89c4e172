import { type ErrorLike, levelsOf } from '@holdfast/core/kernel'

/**
 * What an error says about the request. `neverProcessed`: no server has seen it. `ambiguous`: it may have been carried
 * out, or not. `permanent`: another attempt would end alike.
 */
export type FailureKind = 'neverProcessed' | 'ambiguous' | 'permanent'

/** What an error of a request says. */
export interface ClassifiedFailure {
  /** Whether a server may have seen it. */
  readonly kind: FailureKind
  /** The code that told; undefined where there was none. */
  readonly code: string | undefined
}

const kinds: ReadonlyMap<unknown, FailureKind> = new Map<string, FailureKind>([
  ...of('neverProcessed', ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']),
  ...of('ambiguous', ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'EHOSTUNREACH', 'ENETUNREACH']),
  ...of('ambiguous', ['UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_INFO']),
  ...of('ambiguous', ['ERR_HTTP2_STREAM_ERROR', 'ERR_HTTP2_SESSION_ERROR']),
  // The limit of an attempt, as of any other timeout within.
  ...of('ambiguous', ['ERR_HOLDFAST_TIMEOUT']),
  // What Bun calls them.
  ...of('neverProcessed', ['ConnectionRefused', 'FailedToOpenSocket']),
  ...of('ambiguous', ['ConnectionClosed', 'Timeout']),
])

function of(kind: FailureKind, codes: readonly string[]): [string, FailureKind][] {
  return codes.map(code => [code, kind])
}

/** How many of several errors are looked at. */
const MOST = 100

/** Codes of a connection that went away while it was used: a server closes idle ones, and the next request finds that out. */
const resets: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ConnectionClosed'])

/** Whether the connection broke under a request, which the next connection will most likely not do. */
export function isReset({ code }: ClassifiedFailure): boolean {
  return resets.has(code)
}

/**
 * What an error of a fetch says, by the codes of it and of its causes; the outermost that is known counts. On platforms
 * that name no codes, a `TypeError` of fetch is ambiguous.
 */
export function classify(error: unknown): ClassifiedFailure {
  for (const level of levelsOf(error)) {
    // Of several, such as one for each address that was tried, the one that is least safe to repeat.
    const known = level
      .flatMap(partsOf)
      .map(classifiedAlone)
      .filter(failure => failure !== undefined)
    const [first] = known
    if (first !== undefined) return known.find(({ kind }) => kind === 'ambiguous') ?? first
  }
  return { kind: !tellsCodes() && error instanceof TypeError ? 'ambiguous' : 'permanent', code: undefined }
}

/** Codes of what this side does wrong, or does on purpose: they say nothing about the server. */
const ownDoing: ReadonlySet<unknown> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_INVALID_RETURN_VALUE',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_ABORTED',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
])

/** Whether an error speaks of this side: by its code, or, such as a forbidden port, by none where all others have one. */
export function isMistake(error: unknown): boolean {
  const errors = [...levelsOf(error)].flat()
  return errors.some(({ code }) => ownDoing.has(code)) || (tellsCodes() && !errors.some(saysWhat))
}

/** Node gives to several, one for each address that was tried, the code of the first: it says less than they do. */
function partsOf(error: ErrorLike): readonly ErrorLike[] {
  const { code, errors } = error
  const parts = Array.isArray(errors) ? errors.slice(0, MOST).filter(hasKnownCode) : []
  return parts.some(part => part['code'] === code) ? parts : [error]
}

const hasKnownCode = (error: unknown): error is ErrorLike =>
  typeof error === 'object' && error !== null && kinds.has((error as ErrorLike)['code'])

function classifiedAlone(error: ErrorLike): ClassifiedFailure | undefined {
  const kind = kinds.get(error['code'])
  return kind && { kind: isUnseen(error) ? 'neverProcessed' : kind, code: error['code'] as string }
}

/** Of codes that may mean both, those that no server can have seen: there was no route, or the server itself says so. */
function isUnseen({ code, syscall, message }: ErrorLike): boolean {
  // No route to where a connection was being made, or no answer from there: no byte of the request has left.
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'ETIMEDOUT') return syscall === 'connect'
  // RFC 9113 §8.7: the stream was closed before any processing. The text is that of Node; undici 7 hands on nothing else.
  if (code === 'ERR_HTTP2_STREAM_ERROR') return String(message).endsWith('NGHTTP2_REFUSED_STREAM')
  // RFC 9113 §6.8: the stream is above the last one that the server has taken. Only undici 8 tells those apart.
  return code === 'UND_ERR_INFO' && String(message).startsWith('HTTP/2: "GOAWAY"')
}

/** What undici says of an answer that is no HTTP is its one fault of a server without a code. */
const saysWhat = ({ name, code }: ErrorLike): boolean => typeof code === 'string' || name === 'HTTPParserError'

/** Node names itself so since version 21, and named nothing before; Deno, Bun, workers and browsers give other names. */
function tellsCodes(): boolean {
  const { userAgent } = (globalThis as { navigator?: { userAgent?: string } }).navigator ?? {}
  return userAgent === undefined || userAgent.startsWith('Node.js/')
}
