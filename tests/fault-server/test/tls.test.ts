import { once } from 'node:events'
import { connect } from 'node:http2'
import { get } from 'node:https'
import { connect as connectTls } from 'node:tls'
import { faultServer, ok, type Protocol } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'

const secure: readonly Protocol[] = ['https', 'h2']

describe('certificate', () => {
  it('makes clients that are given it trust the server', async () => {
    await using server = await faultServer({ protocol: 'https' })
    server.script('/', [ok()])

    const [response] = (await once(get(server.url, { ca: server.certificate, agent: false }), 'response')) as [
      { statusCode: number; resume(): void },
    ]
    response.resume()

    expect(response.statusCode).toBe(200)
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  })

  it('is not trusted by clients that are not given it', async () => {
    await using server = await faultServer({ protocol: 'https' })

    const answer = fetch(server.url)

    await expect(answer).rejects.toMatchObject({ cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } })
    expect(server.requests).toEqual([])
  })

  it('is the same for all servers of a process, and none without TLS', async () => {
    await using first = await faultServer({ protocol: 'https' })
    await using second = await faultServer({ protocol: 'h2' })
    await using plain = await faultServer()

    expect(second.certificate).toBe(first.certificate)
    expect(plain.certificate).toBeUndefined()
  })

  it.each(secure)('holds for localhost, too, over %s', async protocol => {
    await using server = await faultServer({ protocol })
    const { port } = new URL(server.url)

    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(port),
      servername: 'localhost',
      ca: server.certificate,
    })
    await once(socket, 'secureConnect')

    expect(socket.authorized).toBe(true)
    socket.destroy()
  })

  it('comes with ALPN that knows one protocol', async () => {
    await using http1 = await faultServer({ protocol: 'https' })
    await using http2 = await faultServer({ protocol: 'h2' })
    const both = ['h2', 'http/1.1']

    const session = connect(http2.url, { ca: http2.certificate })
    await once(session, 'connect')
    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(new URL(http1.url).port),
      ca: http1.certificate,
      ALPNProtocols: both,
    })
    await once(socket, 'secureConnect')

    expect(session.alpnProtocol).toBe('h2')
    expect(socket.alpnProtocol).toBe('http/1.1')
    session.destroy()
    socket.destroy()
  })
})
