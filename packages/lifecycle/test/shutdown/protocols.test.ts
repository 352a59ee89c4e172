import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { Agent, get } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startService } from '../programs/start-program.ts'
import { clientWithoutCertificate } from '../programs/without-certificate.ts'

async function sessionWith(origin: string): Promise<ClientHttp2Session> {
  const session = connectHttp2(origin)
  onTestFinished(() => session.destroy())
  session.on('error', () => {})
  await once(session, 'connect')
  return session
}

const isRefused = (origin: string): Promise<boolean> =>
  fetch(`${origin}/live`).then(
    async response => !(await response.text()),
    () => true,
  )

describe('a shutdown of an HTTP/2 server', () => {
  it('tells clients to open no other streams, and lets those end that there are', async () => {
    const service = await startService({ protocol: 'http2' })
    const session = await sessionWith(service.origin)
    const goneAway = once(session, 'goaway')
    const stream = session.request({ ':path': '/stream' })
    const body = text(stream)
    await service.said('request')

    service.signal('SIGTERM')
    const [errorCode] = (await goneAway) as [number]
    service.release()

    expect(errorCode).toBe(0)
    expect(await body).toBe('kelp forest')
    expect(await service.exited).toBe(0)
  })

  it('ends at once where sessions are idle', async () => {
    const service = await startService({ protocol: 'http2', graceMs: 3_600_000 })
    const session = await sessionWith(service.origin)
    const stream = session.request({ ':path': '/kelp' })
    expect(await text(stream)).toBe('kelp')
    const closed = once(session, 'close')

    service.signal('SIGTERM')

    expect(await service.exited).toBe(0)
    await closed
  })

  it('aborts streams that hang when the grace is over', async () => {
    const service = await startService({ protocol: 'http2', graceMs: 50, closeMs: 250, hangs: 'request' })
    const session = await sessionWith(service.origin)
    const stream = session.request({ ':path': '/hang' })
    stream.on('error', () => {})
    const closed = once(stream, 'close')
    await service.said('request')

    service.signal('SIGTERM')

    expect(await service.exited).toBe(1)
    await closed
    expect(service.lines.at(-1)).toMatchObject({ aborted: { requests: 1, calls: 0 } })
  })

  it('loses nothing of a long answer that its client reads slowly', async () => {
    const service = await startService({ protocol: 'http2' })
    const session = await sessionWith(service.origin)
    const stream = session.request({ ':path': '/long' })
    await once(stream, 'response')

    service.signal('SIGTERM')
    await service.said('listener closed')

    expect((await text(stream)).length).toBe(16_000_000)
    expect(await service.exited).toBe(0)
  })
})

describe('a shutdown of an HTTPS server', () => {
  it('lets requests end, and closes connections that are kept alive', async () => {
    const service = await startService({ protocol: 'https', graceMs: 3_600_000 })
    const agent = new Agent({ ...clientWithoutCertificate, keepAlive: true })
    onTestFinished(() => agent.destroy())
    const answerOf = async (path: string): Promise<string> => {
      const [response] = (await once(get(service.origin + path, { agent }), 'response')) as [IncomingMessage]
      return text(response)
    }
    const idle = await answerOf('/kelp')
    const slow = answerOf('/slow')
    const other = answerOf('/stream')
    await expect.poll(() => service.lines.filter(({ path }) => path === '/slow' || path === '/stream').length).toBe(2)

    service.signal('SIGTERM')
    await service.said('listener closed')
    service.release()

    expect([idle, await slow, await other]).toEqual(['kelp', 'kelp', 'kelp forest'])
    expect(await service.exited).toBe(0)
  })
})

describe('a shutdown of an HTTP/1.1 server', () => {
  it('loses nothing of a long answer that its client reads slowly', async () => {
    const service = await startService()
    const response = await fetch(`${service.origin}/long`)

    service.signal('SIGTERM')
    await expect.poll(() => isRefused(service.origin)).toBe(true)

    expect((await response.text()).length).toBe(16_000_000)
    expect(await service.exited).toBe(0)
  })

  it('does not wait for requests that came in a row by a connection that is gone', async () => {
    const service = await startService({ graceMs: 3_600_000 })
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(service.origin).port) })
    onTestFinished(() => void socket.destroy())
    const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: kelp\r\n\r\n`
    socket.write(request('/slow') + request('/kelp') + request('/kelp'))
    await expect.poll(() => service.lines.filter(({ message }) => message === 'request').length).toBe(3)

    socket.destroy()
    service.signal('SIGTERM')

    expect(await service.exited).toBe(0)
  })

  it('serves a request that comes by an idle connection during the drain, and ends the connection', async () => {
    const service = await startService({ drainDelayMs: 1_000 })
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(service.origin).port) })
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')

    service.signal('SIGTERM')
    await service.said('draining')
    socket.write('GET /kelp HTTP/1.1\r\nHost: kelp\r\n\r\n')

    const answer = await text(socket)
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\nConnection: close\r\n/)
    expect(answer).toMatch(/\r\n\r\nkelp$/)
    expect(await service.exited).toBe(0)
  })
})
