import { describeRedis } from '@holdfast/database-servers/vitest'
import { breakerOf, ioredisSettings, policyOf, resilientRedis } from '@holdfast/redis'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

describeRedis('a Redis of ioredis that is resilient', server => {
  let client: Redis
  let redis: Redis
  beforeEach(async () => {
    client = new Redis({ ...ioredisSettings, host: server.host, port: server.port })
    redis = resilientRedis(client)
    await redis.flushall()
  })
  afterEach(() => client.disconnect())

  describe('as a view', () => {
    it('is a Redis, with the state and the events of the client', async () => {
      const onSelect = vi.fn()

      const returned = redis.on('select', onSelect)
      await client.select(1)

      expect(redis).toBeInstanceOf(Redis)
      expect(returned).toBe(redis)
      expect([redis.status, redis.options, redis.mode]).toEqual([client.status, client.options, client.mode])
      expect(client.listeners('select')).toEqual([onSelect])
      expect(onSelect).toHaveBeenCalledWith(1)
    })

    it('leaves the commands of the client itself alone', async () => {
      const members = Reflect.ownKeys(client)
      breakerOf(redis)?.isolate()

      await expect(redis.get('key')).rejects.toThrow('circuit is isolated')
      await expect(client.get('key')).resolves.toBeNull()

      expect(Reflect.ownKeys(client)).toEqual(members)
    })

    it('connects, and connects again, whatever its policies say', async () => {
      const lazy = new Redis({ ...ioredisSettings, host: server.host, port: server.port, lazyConnect: true, db: 3 })
      const view = resilientRedis(lazy)
      breakerOf(view)?.isolate()

      await view.connect()

      expect(view.status).toBe('ready')
      view.disconnect()
      await vi.waitFor(() => expect(lazy.status).toBe('end'))
    })

    it('ends with quit, whatever its policies say', async () => {
      breakerOf(redis)?.isolate()

      await expect(redis.quit()).resolves.toBe('OK')
      await vi.waitFor(() => expect(client.status).toBe('end'))
    })

    it('has its methods replaced by mocks', async () => {
      const get = vi.spyOn(redis, 'get').mockResolvedValue('mocked')
      const pipeline = vi.spyOn(redis, 'pipeline')

      expect(await redis.get('key')).toBe('mocked')
      await redis.pipeline().set('key', 'value').exec()

      expect(get).toHaveBeenCalledWith('key')
      expect(pipeline).toHaveBeenCalledTimes(1)
      get.mockRestore()
      expect(await redis.get('key')).toBe('value')
    })

    it('takes new commands, and the client has them too', async () => {
      redis.defineCommand('joined', { numberOfKeys: 1, lua: 'return KEYS[1] .. ARGV[1]' })
      redis.addBuiltinCommand('unheard')

      expect(await (redis as never as Joining).joined('a', 'b')).toBe('ab')
      expect(await (client as never as Joining).joined('a', 'c')).toBe('ac')
      await expect((redis as never as Joining).unheard()).rejects.toThrow('unknown command')
    })
  })

  describe('with connections of its own', () => {
    it('duplicates itself with the same policies', async () => {
      const other = redis.duplicate({ lazyConnect: true })

      expect(other).toBeInstanceOf(Redis)
      expect(policyOf(other)).toBe(policyOf(redis))
      breakerOf(redis)?.isolate()
      await expect(other.get('key')).rejects.toThrow('circuit is isolated')
      other.disconnect()
    })

    it('refuses a duplicate that would send commands again by itself, and leaves no connection of it', async () => {
      const made: Redis[] = []
      const { duplicate } = client
      vi.spyOn(client, 'duplicate').mockImplementation(override => {
        const other = duplicate.call(client, override)
        made.push(other)
        return other
      })

      expect(() => redis.duplicate({ autoResendUnfulfilledCommands: true })).toThrow('autoResendUnfulfilledCommands')

      await vi.waitFor(() => expect(made.map(({ status }) => status)).toEqual(['end']))
    })

    it('subscribes and publishes, while the circuit is open too', async () => {
      const subscriber = redis.duplicate()
      const onMessage = vi.fn()
      subscriber.on('message', onMessage)
      breakerOf(redis)?.isolate()

      expect(await subscriber.subscribe('news', 'weather')).toBe(2)
      await client.publish('news', 'kelp')

      await vi.waitFor(() => expect(onMessage).toHaveBeenCalledWith('news', 'kelp'))
      expect(subscriber.mode).toBe(subscriber.options.protocol === 3 ? 'normal' : 'subscriber')
      expect(await subscriber.unsubscribe()).toBe(0)
      subscriber.disconnect()
    })

    it('monitors', async () => {
      const monitor = await redis.monitor()
      const onMonitor = vi.fn()
      monitor.on('monitor', (_, args: unknown) => {
        onMonitor(args)
      })

      await redis.get('seen')

      await vi.waitFor(() => expect(onMonitor).toHaveBeenCalledWith(['get', 'seen']))
      monitor.disconnect()
    })
  })
})

interface Joining {
  readonly joined: (...args: string[]) => Promise<unknown>
  readonly unheard: () => Promise<unknown>
}
