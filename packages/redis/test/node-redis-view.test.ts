import { describeRedis } from '@holdfast/database-servers/vitest'
import { breakerOf, policyOf, resilientRedis } from '@holdfast/redis'
import { createClient } from 'redis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

describeRedis('a client of redis that is resilient', server => {
  const make = () => createClient({ url: server.url })
  let client: ReturnType<typeof make>
  let redis: typeof client
  beforeEach(async () => {
    client = make()
    redis = resilientRedis(client)
    await redis.connect()
    await redis.flushAll()
  })
  afterEach(() => {
    if (client.isOpen) client.destroy()
  })

  describe('as a view', () => {
    it('has the state and the events of the client', async () => {
      const onEnd = vi.fn()

      const returned = redis.on('end', onEnd)
      await redis.close()

      expect(returned).toBe(redis)
      expect(Object.getPrototypeOf(redis)).toBe(Object.getPrototypeOf(client))
      expect([redis.isOpen, redis.isReady, redis.options]).toEqual([false, false, client.options])
      expect(onEnd).toHaveBeenCalledTimes(1)
    })

    it('connects to be itself', async () => {
      const other = resilientRedis(make())

      expect(await other.connect()).toBe(other)

      await other.close()
    })

    it('leaves the commands of the client itself alone', async () => {
      const members = Reflect.ownKeys(client)
      breakerOf(redis)?.isolate()

      await expect(redis.get('key')).rejects.toThrow('circuit is isolated')
      await expect(client.get('key')).resolves.toBeNull()

      expect(Reflect.ownKeys(client)).toEqual(members)
    })

    it('ends, whatever its policies say', async () => {
      breakerOf(redis)?.isolate()

      await redis.close()

      expect(client.isOpen).toBe(false)
    })

    it('has its methods replaced by mocks', async () => {
      const get = vi.spyOn(redis, 'get').mockResolvedValue('mocked')

      expect(await redis.get('key')).toBe('mocked')
      expect(get).toHaveBeenCalledWith('key')

      get.mockRestore()
      expect(await redis.get('key')).toBeNull()
    })
  })

  describe('with connections of its own', () => {
    it('duplicates itself with the same policies', async () => {
      const other = await redis.duplicate().connect()

      expect(policyOf(other)).toBe(policyOf(redis))
      breakerOf(redis)?.isolate()
      await expect(other.get('key')).rejects.toThrow('circuit is isolated')

      other.destroy()
    })

    it('subscribes, monitors and publishes, while the circuit is open too', async () => {
      const subscriber = await redis.duplicate().connect()
      const onMessage = vi.fn()
      breakerOf(redis)?.isolate()

      await subscriber.subscribe('news', onMessage)
      await client.publish('news', 'kelp')

      await vi.waitFor(() => expect(onMessage).toHaveBeenCalledWith('kelp', 'news'))
      await subscriber.unsubscribe('news')
      await subscriber.monitor(onMessage)
      subscriber.destroy()
    })
  })
})
