import { TimeoutError } from '@holdfast/core'
import { mayRepeat } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'
import { coded, fetchFailed } from './network-errors.ts'

const goaway = 'HTTP/2: "GOAWAY" frame received with code 0'
const refusedStream = 'Stream closed with error code NGHTTP2_REFUSED_STREAM'

/** Its code is that of the first, and it has no `syscall`. */
function severalAddresses(): Error {
  const errors = ['ETIMEDOUT', 'ENETUNREACH', 'ECONNREFUSED'].map(code => coded(code, { syscall: 'connect' }))
  return Object.assign(new AggregateError(errors), { code: 'ETIMEDOUT' })
}

const neverProcessed: readonly (readonly [string, unknown])[] = [
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].map(code => [code, coded(code)] as const),
  ...['ConnectionRefused', 'FailedToOpenSocket'].map(code => [`${code} of Bun`, coded(code)] as const),
  ['EHOSTUNREACH while connecting', coded('EHOSTUNREACH', { syscall: 'connect' })],
  ['ENETUNREACH while connecting', coded('ENETUNREACH', { syscall: 'connect' })],
  ['ETIMEDOUT while connecting', coded('ETIMEDOUT', { syscall: 'connect' })],
  ['several addresses, as Node tells them: none in time, none with a route', fetchFailed(severalAddresses())],
  ['an HTTP/2 stream that was refused', coded('ERR_HTTP2_STREAM_ERROR', { message: refusedStream })],
  ['an HTTP/2 stream above the last one of a GOAWAY', coded('UND_ERR_INFO', { message: goaway })],
]

const ambiguous: readonly (readonly [string, unknown])[] = [
  ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'].map(code => [code, coded(code)] as const),
  ...['UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_INFO'].map(
    code => [code, coded(code)] as const,
  ),
  ...['ERR_HTTP2_STREAM_ERROR', 'ERR_HTTP2_SESSION_ERROR'].map(code => [code, coded(code)] as const),
  ...['ConnectionClosed', 'Timeout'].map(code => [`${code} of Bun`, coded(code)] as const),
  ['EHOSTUNREACH while reading', coded('EHOSTUNREACH', { syscall: 'read' })],
  ['ENETUNREACH while writing', coded('ENETUNREACH', { syscall: 'write' })],
  ['ETIMEDOUT while reading', coded('ETIMEDOUT', { syscall: 'read' })],
  ['EHOSTUNREACH of who knows what', coded('EHOSTUNREACH')],
  ['another end of an HTTP/2 stream', coded('ERR_HTTP2_STREAM_ERROR', { message: `${refusedStream} or so` })],
  ['GOAWAY in the words of undici 7', coded('UND_ERR_SOCKET', { message: goaway })],
  ['other words around GOAWAY', coded('UND_ERR_INFO', { message: `after ${goaway}` })],
  ['a limit that passed', new TimeoutError('fetch.attempt', 8_000, 'attempt')],
]

const permanent: readonly (readonly [string, unknown])[] = [
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER'].map(
    code => [code, coded(code)] as const,
  ),
  ...['UND_ERR_INVALID_ARG', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED', 'UND_ERR_HEADERS_OVERFLOW'].map(
    code => [code, coded(code)] as const,
  ),
  ['an error without a code', new Error('no')],
  ['a forbidden port', fetchFailed(new Error('bad port'))],
  ['a redirect with a stream', fetchFailed(new Error(''))],
  ['an invalid URL', coded('ERR_INVALID_URL')],
  ['a message that names a code', new Error('read ECONNRESET')],
  ['a code in lower case', coded('econnreset')],
  ['a number as code', Object.assign(new Error('aborted'), { code: 23 })],
  ['the name of a member of objects as code', coded('constructor')],
  ['the abort of somebody', new DOMException('aborted', 'AbortError')],
  ['the limit of somebody', new DOMException('too late', 'TimeoutError')],
  ...['ECONNRESET', undefined, null, 0, Symbol('no')].map(
    thrown => [`what is no object: ${String(thrown)}`, thrown] as const,
  ),
]

/** With which methods an error is repeated. */
const repeated = (error: unknown): string[] => ['GET', 'POST'].filter(method => mayRepeat({ method, error }))

describe('mayRepeat: errors', () => {
  it.each(neverProcessed)('say that no server has seen the request: %s', (_, error) => {
    expect(repeated(error)).toEqual(['GET', 'POST'])
    expect(repeated(fetchFailed(error))).toEqual(['GET', 'POST'])
  })

  it.each(ambiguous)('leave open whether it was carried out: %s', (_, error) => {
    expect(repeated(error)).toEqual(['GET'])
    expect(repeated(fetchFailed(error))).toEqual(['GET'])
  })

  it.each(permanent)('would come again: %s', (_, error) => {
    expect(repeated(error)).toEqual([])
    expect(repeated(fetchFailed(error))).toEqual([])
  })

  it('are followed by a request with a key where they leave it open, and not where they would come again', () => {
    const headers = { 'idempotency-key': '"7"' }

    expect(mayRepeat({ method: 'POST', headers, error: coded('ECONNRESET') })).toBe(true)
    expect(mayRepeat({ method: 'POST', headers, error: new Error('no') })).toBe(false)
  })
})
