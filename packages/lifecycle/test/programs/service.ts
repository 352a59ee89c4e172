import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { lifecycle, type ShutdownError } from '@holdfast/lifecycle'
import type { ServiceSettings } from './service-settings.ts'
import { withoutCertificate } from './without-certificate.ts'

// Says all that it does on stdout, a line of JSON each; "release" on stdin ends what waits.
const { protocol = 'http', hangs, ...limits } = JSON.parse(process.argv[2] ?? '{}') as ServiceSettings
const say = (message: string, attributes: object = {}): void => {
  process.stdout.write(`${JSON.stringify({ ...attributes, message })}\n`)
}
const released = new Promise<void>(resolve => {
  createInterface(process.stdin).once('line', () => resolve())
})
const counts = { begun: 0, answered: 0 }

const routes: Record<string, RequestListener> = {
  '/kelp': (_, response) => response.end('kelp'),
  '/ready': (request, response) => life.handlers.ready(request, response),
  '/live': (request, response) => life.handlers.live(request, response),
  '/slow': (_, response) => void released.then(() => response.end('kelp')),
  '/stream': (_, response) => {
    response.write('kelp ')
    void released.then(() => response.end('forest'))
  },
  '/long': (_, response) => response.end('k'.repeat(16_000_000)),
  '/hang': (_, response) => {
    life.signal.addEventListener('abort', () => {
      say('request aborted', { reason: (life.signal.reason as ShutdownError).code })
      if (hangs !== 'request') response.writeHead(503).end('over')
    })
  },
  '/throw': () => {
    throw new Error('a bug')
  },
  '/reject': () => {
    void Promise.reject(new Error('a bug'))
  },
}

const listener: RequestListener = (request, response) => {
  counts.begun++
  response.once('finish', () => counts.answered++)
  say('request', { path: request.url })
  routes[request.url ?? '']?.(request, response)
}

const makers = {
  http: () => createServer(listener),
  https: () => createHttpsServer(withoutCertificate, listener),
  // Its requests and responses are made in the image of those of HTTP/1.1.
  http2: () => createHttp2Server(listener as never) as unknown as Server,
}
const server = makers[protocol]()
const close = server.close.bind(server)
server.close = callback => {
  say('listener closed')
  return close(callback)
}

const life = lifecycle({
  ...limits,
  server,
  checks: hangs === 'check' ? { redis: { check: () => new Promise(() => {}), impact: 'critical' } } : {},
  logger: {
    info: (attributes, message) => say(message, attributes),
    warn: (attributes, message) => say(message, attributes),
    error: (attributes, message) => say(message, attributes),
  },
  flush: () => say('flushed', counts),
})
life.draining.addEventListener('abort', () => say('draining'))
life.onClose('postgres', () => say('postgres closed'))
if (hangs === 'closer') life.onClose('redis', () => new Promise(() => {}))
if (hangs === 'nothing, but throws') {
  life.onClose('redis', () => {
    throw new Error('socket is gone')
  })
}
life.onClose('kafka', () => say('kafka closed'))

server.listen(0, '127.0.0.1', () => {
  life.started()
  say('listening', { port: (server.address() as AddressInfo).port })
})
