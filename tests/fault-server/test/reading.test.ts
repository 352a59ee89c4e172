import { once } from 'node:events'
import { request } from 'node:http'
import {
  afterReading,
  faultServer,
  hangBeforeHeaders,
  ok,
  type Protocol,
  patternOf,
  resetBeforeHeaders,
  sha256,
  status,
} from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { sessionTo } from './stream.ts'
import { requestBytes, wireTo } from './wire.ts'

const http2: readonly Protocol[] = ['h2', 'h2c']

describe('afterReading', () => {
  it('answers although nothing of the body was read', async () => {
    await using server = await faultServer()
    server.script('/', [afterReading(0, status(413))])

    const wire = await wireTo(server)
    wire.send(requestBytes('POST /', 'content-length: 10'))
    await wire.until('413 Payload Too Large')

    expect(server.requests[0]).toMatchObject({
      step: 'afterReading(0, status(413))',
      body: { state: 'unread', bytes: 0 },
    })
    wire.leave()
  })

  it('acts as soon as so many bytes were read', async () => {
    await using server = await faultServer()
    server.script('/', [afterReading(4, resetBeforeHeaders())])

    const wire = await wireTo(server)
    wire.send(`${requestBytes('POST /', 'content-length: 10')}123`)
    const recorded = await server.arrived('/')
    wire.send('4')

    expect(await wire.ended).toBe('RST')
    expect(recorded.body).toMatchObject({ state: 'unread', bytes: 4, sha256: sha256('1234') })
    wire.leave()
  })

  it('leaves the rest of the body with the client', async () => {
    await using server = await faultServer()
    server.script('/', [afterReading(100_000, hangBeforeHeaders())])

    const upload = request(server.url, { method: 'POST', headers: { 'content-length': 50_000_000 } })
    upload.on('error', () => {})
    // More than the buffers between the two can hold.
    for (const chunk of patternOf(50_000_000)) upload.write(chunk)
    const recorded = await server.arrived('/')
    await recorded.bodyEnded
    // What is sent later and is read arrives before the rest.
    server.script('/read', [ok()])
    await fetch(`${server.url}/read`, { method: 'POST', body: new Blob([...patternOf(50_000_000)]) })

    expect(upload.writableNeedDrain).toBe(true)
    upload.destroy()
  })
})

describe('Expect: 100-continue', () => {
  it('is answered when the body is to be read', async () => {
    await using server = await faultServer()
    server.script('/', [ok('thanks')])

    const wire = await wireTo(server)
    wire.send(requestBytes('POST /', 'content-length: 4', 'expect: 100-continue'))
    await wire.until('HTTP/1.1 100 Continue\r\n\r\n')
    wire.send('four')
    await wire.until('thanks')

    expect(wire.received).toContain('Connection: keep-alive')
    expect(server.requests[0]?.body).toMatchObject({ state: 'complete', bytes: 4 })
    wire.leave()
  })

  it('is not answered when the body is not to be read', async () => {
    await using server = await faultServer()
    server.script('/', [afterReading(0, status(417))])

    const wire = await wireTo(server)
    wire.send(requestBytes('POST /', 'content-length: 4', 'expect: 100-continue'))
    await wire.until('417')

    expect(wire.received).toMatch(/^HTTP\/1.1 417 /)
    wire.leave()
  })

  it.each(http2)('is answered over %s, too', async protocol => {
    await using server = await faultServer({ protocol })
    server.script('/', [ok('thanks')])
    using session = sessionTo(server)

    const stream = session.session.request({ ':method': 'POST', ':path': '/', expect: '100-continue' })
    await once(stream, 'continue')
    stream.end('four')
    await once(stream, 'response')

    expect(server.requests[0]?.body).toMatchObject({ state: 'complete', bytes: 4 })
  })
})
