import process from 'node:process'
import { type DatabaseServer, notOurs, type ServerOptions } from './database-server.ts'
import { ownServer } from './own-server.ts'

export interface RedisServer extends DatabaseServer {
  /** Ends it in order. */
  stop(): Promise<void>
  /** Stops its process without ending it: connections stay, also new ones, and nothing is answered. */
  pause(): void
  resume(): void
}

/** A Redis server of its own, or that of `REDIS_URL`, started. */
export async function startRedis(options?: ServerOptions): Promise<RedisServer> {
  const server = redisServer(options)
  await server.start()
  return server
}

/** The same, not started. */
export function redisServer(options: ServerOptions = {}): RedisServer {
  const given = process.env['REDIS_URL']
  return given ? givenRedis(given) : ownRedis(options)
}

function givenRedis(url: string): RedisServer {
  const { hostname: host, port } = new URL(url)
  const refuse = notOurs('REDIS_URL')
  const nothing = async () => undefined
  return {
    isGiven: true,
    url,
    host,
    port: Number(port || 6379),
    start: nothing,
    stop: async () => refuse(),
    restart: async () => refuse(),
    kill: async () => refuse(),
    pause: refuse,
    resume: refuse,
    close: nothing,
    [Symbol.asyncDispose]: nothing,
  }
}

function ownRedis({ settings = {} }: ServerOptions): RedisServer {
  const own = ownServer({
    kind: 'redis',
    prepare: () => undefined,
    program: (folder, port) => ({
      file: 'redis-server',
      args: argumentsOf({ port, dir: folder, ...defaults, ...settings }),
      folder,
      user: undefined,
    }),
    lastSignal: 'KILL',
  })
  // A paused process hears of nothing but being killed or resumed.
  const stop = () =>
    own.end(running => {
      running.signal('SIGTERM')
      running.signal('SIGCONT')
    })
  return {
    isGiven: false,
    host: '127.0.0.1',
    get url() {
      return `redis://127.0.0.1:${own.port}`
    },
    get port() {
      return own.port
    },
    start: own.start,
    stop,
    async restart() {
      await stop()
      await own.start()
    },
    kill: () => own.end(running => running.signal('SIGKILL')),
    pause: () => own.signal('SIGSTOP'),
    resume: () => own.signal('SIGCONT'),
    close: own.close,
    [Symbol.asyncDispose]: own.close,
  }
}

const defaults = { bind: '127.0.0.1', save: '', appendonly: 'no' }

function argumentsOf(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
}
