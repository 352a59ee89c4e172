import { constants } from 'node:http2'
import { faultServer, goawayAfter, goawayBefore, ok, type Protocol, refusedStream } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { sessionTo } from './stream.ts'
import { watched } from './watched.ts'
import { requestBytes, wireTo } from './wire.ts'

const http2: readonly Protocol[] = ['h2', 'h2c']

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = constants

describe.each(http2)('over %s', protocol => {
  it('goawayBefore names the stream before, also when that is none', async () => {
    await using server = await faultServer({ protocol })
    server.script('/first', [goawayBefore()])
    server.script('/', [ok(), goawayBefore()])
    using fresh = sessionTo(server)
    using used = sessionTo(server)

    const first = await fresh.ask({ ':path': '/first' })
    await used.ask({ ':path': '/' })
    const second = await used.ask({ ':path': '/' })

    await server.connections.allClosed()

    expect([fresh.goaways[0], used.goaways[0]]).toEqual([0, 1])
    expect([fresh.errors, used.errors]).toEqual([[], []])
    expect([first.rstCode, second.rstCode]).toEqual([NGHTTP2_REFUSED_STREAM, NGHTTP2_REFUSED_STREAM])
  })

  it('goawayAfter names this stream, and closes the connection without an answer', async () => {
    await using server = await faultServer({ protocol })
    server.script('/', [ok(), goawayAfter()])
    using session = sessionTo(server)

    await session.ask({ ':path': '/' })
    const outcome = await session.ask({ ':path': '/' })

    expect(session.goaways[0]).toBe(3)
    expect(outcome).toMatchObject({ status: undefined, rstCode: NGHTTP2_CANCEL })
    await server.connections.allClosed()
  })

  it('goawayAfter lets another step answer', async () => {
    await using server = await faultServer({ protocol })
    server.script('/', [goawayAfter(ok('the last'))])
    using session = sessionTo(server)

    const outcome = await session.ask({ ':path': '/' })

    expect(session.goaways[0]).toBe(1)
    expect(outcome).toMatchObject({ status: 200, body: 'the last', rstCode: 0 })
    expect(session.session.closed).toBe(true)
  })
})

describe('over http1', () => {
  it.each([refusedStream(), goawayBefore(), goawayAfter()])('$name throws, for there are no streams', async fault => {
    await using server = await faultServer()
    const { step, played } = watched(fault)
    server.script('/', [step])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))

    await expect(played).rejects.toThrow('this step needs HTTP/2')
    wire.leave()
  })
})
