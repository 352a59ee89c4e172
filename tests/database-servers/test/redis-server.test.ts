import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { redisServer } from '@holdfast/database-servers'
import { describeRedis } from '@holdfast/database-servers/vitest'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { abandonedServer } from './abandoned-server.ts'

describeRedis('a Redis for tests', server => {
  it('answers', async () => {
    expect(await connect(server.url).ping()).toBe('PONG')
  })
})

describeRedis(
  'a Redis that tests stop',
  server => {
    it('listens to its settings', async () => {
      expect(await connect(server.url).config('GET', 'maxmemory')).toEqual(['maxmemory', '100000000'])
    })

    it('has its port after a restart', async () => {
      const { url } = server

      await server.restart()

      expect(await connect(url).ping()).toBe('PONG')
    })

    it('ends its connections when it is killed', async () => {
      const client = connect(server.url)
      await client.ping()
      const ended = once(client, 'end')

      await server.kill()
      await ended
      const refusal = await errorOfConnecting(server.url)
      await server.start()

      expect(refusal).toMatchObject({ code: 'ECONNREFUSED' })
      expect(await connect(server.url).ping()).toBe('PONG')
    })

    it('answers nothing while it is paused', async () => {
      const client = connect(server.url, 250)
      await client.ping()

      server.pause()
      await expect(client.ping()).rejects.toThrow('Command timed out')
      server.resume()

      expect(await connect(server.url).ping()).toBe('PONG')
    })

    it('stops also when it is paused', async () => {
      server.pause()

      await server.stop()
      await server.start()

      expect(await connect(server.url).ping()).toBe('PONG')
    })

    it('removes its folder when it is closed', async () => {
      const closing = redisServer()
      await closing.start()
      const folder = await dataFolder(closing.url)

      await closing.close()

      expect(existsSync(folder)).toBe(false)
    })

    it('ends and leaves nothing when the process of its tests is killed', async () => {
      const abandoned = await abandonedServer('startRedis')
      const folder = await dataFolder(abandoned.url)

      abandoned.killOwner()

      await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false)
      expect(await errorOfConnecting(abandoned.url)).toMatchObject({ code: 'ECONNREFUSED' })
    })
  },
  { settings: { maxmemory: 100_000_000 }, isStopped: true },
)

function connect(url: string, commandTimeout = 10_000): Redis {
  const client = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0, commandTimeout })
  client.on('error', () => undefined)
  onTestFinished(() => client.disconnect())
  return client
}

async function errorOfConnecting(url: string): Promise<unknown> {
  const client = connect(url)
  const [error] = (await once(client, 'error')) as unknown[]
  return error
}

async function dataFolder(url: string): Promise<string> {
  const [, folder] = await connect(url).config('GET', 'dir')
  return String(folder)
}
