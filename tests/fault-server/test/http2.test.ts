import { constants } from 'node:http2'
import {
  afterReading,
  claimsLength,
  closeBeforeHeaders,
  closeMidBody,
  faultServer,
  hangBeforeHeaders,
  hangMidBody,
  informational,
  largeBody,
  ok,
  type Protocol,
  patternOf,
  refusedStream,
  resetAfterHeaders,
  resetBeforeHeaders,
  resetConnection,
  resetMidBody,
  resetStream,
  sha256,
  status,
} from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { sessionTo } from './stream.ts'

const http2: readonly Protocol[] = ['h2', 'h2c']
const pattern = (bytes: number) => Buffer.concat([...patternOf(bytes)]).toString('latin1')
const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_PROTOCOL_ERROR, NGHTTP2_REFUSED_STREAM } = constants

describe.each(http2)('over %s', protocol => {
  it('answers many requests on one connection', async () => {
    await using server = await faultServer({ protocol })
    server.script('/', [status(503, { 'retry-after': '1' }, 'busy'), status(204), ok('hello')])
    using session = sessionTo(server)

    const outcomes = [
      await session.ask({ ':path': '/' }),
      await session.ask({ ':path': '/' }),
      await session.ask({ ':path': '/' }),
    ]

    expect(outcomes).toMatchObject([
      { status: 503, headers: { 'retry-after': '1', 'content-length': '4' }, body: 'busy', rstCode: 0 },
      { status: 204, body: '', rstCode: 0 },
      { status: 200, body: 'hello', rstCode: 0 },
    ])
    expect(server.connections.accepted).toBe(1)
    expect(await Promise.all(server.requests.map(({ answered }) => answered))).toEqual(['sent', 'sent', 'sent'])
  })

  it.each([
    { fault: resetBeforeHeaders(), rstCode: NGHTTP2_INTERNAL_ERROR, status: undefined, bytes: 0 },
    { fault: resetStream(NGHTTP2_CANCEL), rstCode: NGHTTP2_CANCEL, status: undefined, bytes: 0 },
    { fault: refusedStream(), rstCode: NGHTTP2_REFUSED_STREAM, status: undefined, bytes: 0 },
    { fault: resetAfterHeaders(), rstCode: NGHTTP2_INTERNAL_ERROR, status: 200, bytes: 0 },
    { fault: resetMidBody(999), rstCode: NGHTTP2_INTERNAL_ERROR, status: 200, bytes: 999 },
    { fault: resetMidBody(999, { framing: 'chunked' }), rstCode: NGHTTP2_INTERNAL_ERROR, status: 200, bytes: 999 },
  ])(
    '$fault.name ends the stream with code $rstCode, and the connection stays',
    async ({ fault, rstCode, ...answer }) => {
      await using server = await faultServer({ protocol })
      server.script('/', [fault, ok('next')])
      using session = sessionTo(server)

      const outcome = await session.ask({ ':path': '/' })
      const next = await session.ask({ ':path': '/' })

      expect(outcome).toMatchObject({ rstCode, status: answer.status, body: pattern(answer.bytes) })
      expect(next).toMatchObject({ status: 200, body: 'next' })
      expect(await server.requests[0]?.answered).toBe('cut')
      expect(server.connections.accepted).toBe(1)
    },
  )

  it('resetConnection takes all streams with it', async () => {
    await using server = await faultServer({ protocol })
    server.script('/hang', [hangBeforeHeaders()])
    server.script('/reset', [resetConnection()])
    using session = sessionTo(server)

    const hung = session.ask({ ':path': '/hang' })
    await server.arrived('/hang')
    const reset = await session.ask({ ':path': '/reset' })

    expect(reset).toMatchObject({ status: undefined, errorCode: 'ECONNRESET' })
    expect(await hung).toMatchObject({ status: undefined, errorCode: 'ECONNRESET' })
    expect(await server.requestsTo('/hang')[0]?.answered).toBe('cut')
  })

  it.each([
    { fault: closeBeforeHeaders(), status: undefined, bytes: 0 },
    { fault: closeMidBody(77), status: 200, bytes: 77 },
  ])('$fault.name closes the connection without a GOAWAY', async ({ fault, bytes, ...answer }) => {
    await using server = await faultServer({ protocol })
    server.script('/', [fault])
    using session = sessionTo(server)

    const outcome = await session.ask({ ':path': '/' })

    expect(outcome).toMatchObject({ status: answer.status, body: pattern(bytes), rstCode: NGHTTP2_CANCEL })
    expect(session.goaways).toEqual([])
    expect(await server.requests[0]?.answered).toBe('cut')
    await server.connections.allClosed()
  })

  it.each([
    { fault: hangBeforeHeaders(), status: undefined, bytes: 0 },
    { fault: hangMidBody(12), status: 200, bytes: 12 },
  ])('$fault.name says nothing more until the client leaves', async ({ fault, bytes, ...answer }) => {
    await using server = await faultServer({ protocol })
    server.script('/', [fault])
    server.script('/other', [ok()])
    using session = sessionTo(server)

    const outcome = session.ask({ ':path': '/' })
    await server.arrived('/')
    for (let turn = 0; turn < 10; turn++) await session.ask({ ':path': '/other' })
    session.session.destroy()

    expect(await outcome).toMatchObject({ status: answer.status, body: pattern(bytes) })
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it('sends informational answers before the answer', async () => {
    await using server = await faultServer({ protocol })
    server.script('/', [informational(103, { link: '</a>' }, ok('page'))])
    using session = sessionTo(server)

    expect(await session.ask({ ':path': '/' })).toMatchObject({ informational: [103], status: 200, body: 'page' })
  })

  it('sends large bodies', async () => {
    await using server = await faultServer({ protocol })
    server.script('/', [largeBody(3_000_000)])
    using session = sessionTo(server)

    const { body } = await session.ask({ ':path': '/' })

    expect(sha256(Buffer.from(body, 'latin1'))).toBe(sha256(patternOf(3_000_000)))
  })

  it.each([3, 10])('claims a length of %d for five bytes, which is an error of the protocol', async claimed => {
    await using server = await faultServer({ protocol })
    server.script('/', [claimsLength(claimed, 'hello')])
    using session = sessionTo(server)

    const { errorCode, rstCode } = await session.ask({ ':path': '/' })

    expect(errorCode).toMatch(/^ERR_HTTP2_/)
    expect([NGHTTP2_PROTOCOL_ERROR, NGHTTP2_INTERNAL_ERROR]).toContain(rstCode)
  })

  it('answers although nothing of the body was read', async () => {
    await using server = await faultServer({ protocol })
    server.script('/', [afterReading(0, status(413))])
    using session = sessionTo(server)

    const outcome = await session.ask({ ':method': 'POST', ':path': '/' }, 'never read')

    expect(outcome.status).toBe(413)
    expect(server.requests[0]?.body).toMatchObject({ state: 'unread', bytes: 0 })
  })
})
