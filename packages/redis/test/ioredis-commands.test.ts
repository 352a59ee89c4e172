import { describeRedis } from '@holdfast/database-servers/vitest'
import { breakerOf, ioredisSettings, resilientRedis, withCallOptions } from '@holdfast/redis'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { like, saying } from './saying.ts'

describeRedis('a Redis of ioredis that is resilient', server => {
  let client: Redis
  let redis: Redis
  beforeEach(async () => {
    client = new Redis({ ...ioredisSettings, host: server.host, port: server.port })
    redis = resilientRedis(client)
    await redis.flushall()
  })
  afterEach(() => client.disconnect())

  describe('with single commands', () => {
    it('replies as the client does', async () => {
      expect(await redis.set('text', 'value')).toBe('OK')
      expect(await redis.get('text')).toBe('value')
      expect(await redis.getBuffer('text')).toEqual(Buffer.from('value'))
      expect(await redis.hset('hash', { one: 1, two: '2' })).toBe(2)
      expect(await redis.hgetall('hash')).toEqual({ one: '1', two: '2' })
      expect(await redis.hmget('hash', 'one', 'none')).toEqual(['1', null])
      expect(await redis.zadd('sorted', 1, 'a', 2, 'b')).toBe(2)
      expect(await redis.zrange('sorted', 0, '-1', 'WITHSCORES')).toEqual(['a', '1', 'b', '2'])
      expect(await redis.call('STRLEN', 'text')).toBe(5)
      expect(await redis.callBuffer('GET', 'text')).toEqual(Buffer.from('value'))
      expect(await redis.set(Buffer.from('bytes'), Buffer.from([0, 255]))).toBe('OK')
      expect(await redis.getBuffer('bytes')).toEqual(Buffer.from([0, 255]))
    })

    it('calls callbacks back, once', async () => {
      const onReply = vi.fn()
      const onError = vi.fn()

      await redis.set('text', 'value', onReply)
      await redis.lpush('text', 'x', onError).catch(() => {})

      expect(onReply.mock.calls).toEqual([[null, 'OK']])
      expect(onError.mock.calls).toEqual([[saying(/^WRONGTYPE/)]])
    })

    it('rejects with the error of the server itself, which names the command', async () => {
      await redis.set('text', 'value')

      const error: unknown = await redis.lpush('text', 'x').catch((thrown: unknown) => thrown)

      expect(error).toMatchObject({ message: like(/^WRONGTYPE/), command: { name: 'lpush' } })
    })

    it('prefixes keys once', async () => {
      const prefixed = resilientRedis(client.duplicate({ keyPrefix: 'app:' }))

      await prefixed.set('key', 'value')
      await prefixed.pipeline().set('other', 'value').exec()

      expect((await redis.keys('*')).toSorted()).toEqual(['app:key', 'app:other'])
      prefixed.disconnect()
    })

    it('scans by streams', async () => {
      await redis.mset({ a: 1, b: 2 })

      const keys: string[] = []
      for await (const some of redis.scanStream()) keys.push(...(some as string[]))

      expect(keys.toSorted()).toEqual(['a', 'b'])
    })

    it('runs a script that the server has forgotten', async () => {
      redis.defineCommand('joined', { numberOfKeys: 1, lua: 'return KEYS[1] .. ARGV[1]' })
      const joining = redis as never as Joining
      await joining.joined('a', 'b')
      await joining.joined('a', 'b')
      await redis.script('FLUSH')

      expect(await joining.joined('a', 'c')).toBe('ac')
    })

    it('sends what is called in one turn in that order, over one connection', async () => {
      const replies = await Promise.all([
        redis.set('key', 1),
        redis.pipeline().incr('key').exec(),
        redis.get('key'),
        redis.multi().incr('key').exec(),
        client.get('key'),
        redis.get('key'),
      ])

      expect(replies).toEqual(['OK', [[null, 2]], '2', [[null, 3]], '3', '3'])
    })

    it('does not execute later what commandTimeout has ended in the queue', async () => {
      await using proxy = await faultProxy({ target: server })
      const hurried = client.duplicate({ port: proxy.port, commandTimeout: 10, retryStrategy: () => 5 })
      hurried.on('error', () => {})
      const view = resilientRedis(hurried, { retry: false })
      await vi.waitUntil(() => hurried.status === 'ready')
      await proxy.refuse()
      proxy.cut()
      await vi.waitUntil(() => hurried.status !== 'ready')

      await expect(view.incr('counter')).rejects.toThrow('Command timed out')
      await expect(view.blpop('list', 1)).rejects.toThrow('Command timed out')

      await proxy.accept()
      await vi.waitUntil(() => hurried.status === 'ready')
      expect(await redis.get('counter')).toBeNull()
      hurried.disconnect()
    })

    it('rejects a command that cannot be written', async () => {
      vi.spyOn(client, 'sendCommand').mockImplementationOnce(() => {
        throw new Error('not written')
      })
      await expect(redis.get('key')).rejects.toThrow('not written')

      expect(await redis.get('key')).toBeNull()
    })

    it('keeps commandTimeout and blockingTimeout of the client', async () => {
      const other = client.duplicate({ commandTimeout: 50, blockingTimeout: 5, lazyConnect: true })
      const view = resilientRedis(other)
      await view.connect()

      expect(await view.blpop('none', 0)).toBeNull()
      await client.call('CLIENT', 'PAUSE', 10_000, 'WRITE')
      await expect(view.set('key', 'value')).rejects.toThrow('Command timed out')

      await client.call('CLIENT', 'UNPAUSE')
      other.disconnect()
    })
  })

  describe('with automatic pipelines', () => {
    it('replies to each command, and counts them as one', async () => {
      const automatic = resilientRedis(client.duplicate({ enableAutoPipelining: true }))
      await automatic.set('key', 1)

      const replies = await Promise.all([automatic.incr('key'), automatic.get('key'), automatic.hgetall('none')])

      expect(replies).toEqual([2, '2', {}])
      await expect(automatic.lpush('key', 'x')).rejects.toThrow('WRONGTYPE')
      automatic.disconnect()
    })

    it('keeps what is gathered for a caller apart from the rest', async () => {
      const gathering = client.duplicate({ enableAutoPipelining: true })
      const automatic = resilientRedis(gathering)
      const left = withCallOptions(automatic, { signal: AbortSignal.abort(new Error('gone')) })

      const [bare, shared, own] = await Promise.allSettled([
        gathering.set('a', 1),
        automatic.set('b', 2),
        left.set('c', 3),
      ])

      expect([bare.status, shared.status, own]).toEqual([
        'fulfilled',
        'fulfilled',
        { status: 'rejected', reason: new Error('gone') },
      ])
      breakerOf(automatic)?.isolate()
      await expect(automatic.get('key')).rejects.toThrow('circuit is isolated')
      automatic.disconnect()
    })
  })
})

interface Joining {
  readonly joined: (...args: string[]) => Promise<unknown>
}
