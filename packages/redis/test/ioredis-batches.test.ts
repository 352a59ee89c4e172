import { once } from 'node:events'
import { describeRedis } from '@holdfast/database-servers/vitest'
import { breakerOf, ioredisSettings, resilientRedis } from '@holdfast/redis'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { like, saying } from './saying.ts'

describeRedis('a resilient Redis of ioredis', server => {
  let client: Redis
  let redis: Redis
  beforeEach(async () => {
    client = new Redis({ ...ioredisSettings, host: server.host, port: server.port })
    redis = resilientRedis(client)
    await redis.flushall()
  })
  afterEach(() => client.disconnect())

  const breakConnection = async (): Promise<void> => {
    const isBack = once(client, 'ready')
    client.stream.destroy()
    await isBack
  }

  describe('with a pipeline', () => {
    it('replies to each command, in order, with its error or its reply', async () => {
      await redis.set('text', 'value')

      const replies = await redis
        .pipeline()
        .get('text')
        .lpush('text', 'x')
        .hset('hash', 'one', 1)
        .hgetall('hash')
        .getBuffer('text')
        .exec()

      expect(replies).toEqual([
        [null, 'value'],
        [saying(/^WRONGTYPE/)],
        [null, 1],
        [null, { one: '1' }],
        [null, Buffer.from('value')],
      ])
    })

    it('calls callbacks back, those of the commands and its own', async () => {
      const onGet = vi.fn()
      const onExec = vi.fn()

      await redis
        .pipeline([['set', 'key', 'value']])
        .get('key', onGet)
        .exec(onExec)

      expect(onGet.mock.calls).toEqual([[null, 'value']])
      expect(onExec.mock.calls).toEqual([
        [
          null,
          [
            [null, 'OK'],
            [null, 'value'],
          ],
        ],
      ])
    })

    it('takes transactions and scripts in', async () => {
      redis.defineCommand('joined', { numberOfKeys: 1, lua: 'return KEYS[1] .. ARGV[1]' })
      const pipeline = redis.pipeline() as never as LoosePipeline

      const transaction = pipeline.set('key', 1).multi().incr('key').hgetall('none').exec()
      const replies = await transaction.get('key').joined('a', 'b').exec()

      expect(replies).toEqual([
        [null, 'OK'],
        [null, 'OK'],
        [null, 'QUEUED'],
        [null, 'QUEUED'],
        [null, [2, {}]],
        [null, '2'],
        [null, 'ab'],
      ])
    })

    it('runs a script that the server has forgotten', async () => {
      redis.defineCommand('joined', { numberOfKeys: 1, lua: 'return KEYS[1] .. ARGV[1]' })
      const join = (): Promise<unknown> => (redis.pipeline() as never as LoosePipeline).joined('a', 'b').exec()
      await join()
      await join()
      await redis.script('FLUSH')

      expect(await join()).toEqual([[null, 'ab']])
    })

    it('is nothing when it is empty', async () => {
      expect(await redis.pipeline().exec()).toEqual([])
    })

    it('rejects as a whole while the circuit is open', async () => {
      const onGet = vi.fn()
      breakerOf(redis)?.isolate()

      await expect(redis.pipeline().get('key', onGet).incr('key').exec()).rejects.toThrow('circuit is isolated')

      expect(onGet.mock.calls).toEqual([[expect.objectContaining({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })]])
    })
  })

  describe('with a MULTI', () => {
    it('replies to each command', async () => {
      expect(await redis.multi().set('key', 1).incr('key').hgetall('none').exec()).toEqual([
        [null, 'OK'],
        [null, 2],
        [null, {}],
      ])
      expect(await redis.multi([['get', 'key']]).exec()).toEqual([[null, '2']])
    })

    it('rejects with what the server refused it for', async () => {
      await expect(redis.multi().call('NONSENSE').exec()).rejects.toMatchObject({
        message: like(/^EXECABORT/),
        previousErrors: [saying(/^ERR unknown command/)],
      })
    })

    it('rejects while the circuit is open', async () => {
      breakerOf(redis)?.isolate()

      await expect(redis.multi().incr('key').exec()).rejects.toThrow('circuit is isolated')
    })

    it('may be sent command by command', async () => {
      expect(await redis.multi({ pipeline: false })).toBe('OK')
      expect(await redis.set('key', 1)).toBe('QUEUED')
      expect(await redis.exec()).toEqual([[null, 'OK']])
      expect(await redis.get('key')).toBe('1')
    })

    it('loses what is sent command by command with its connection, and executes none of it elsewhere', async () => {
      await redis.multi({ pipeline: false })
      await redis.set('key', 1)
      await breakConnection()

      await expect(redis.set('key', 2)).rejects.toThrow('Connection is closed.')
      await expect(redis.exec()).rejects.toThrow('Connection is closed.')

      expect(await redis.get('key')).toBeNull()
    })
  })

  describe('with a WATCH', () => {
    it('executes nothing when a key has changed', async () => {
      await redis.watch('key')
      const other = redis.duplicate()
      await other.set('key', 'changed')
      other.disconnect()

      expect(await redis.multi().set('key', 'mine').exec()).toBeNull()
      expect(await redis.multi().get('key').exec()).toEqual([[null, 'changed']])
    })

    it('executes nothing when the watch was lost with its connection', async () => {
      await redis.watch('key')
      await breakConnection()

      expect(await redis.multi().set('key', 'mine').exec()).toBeNull()
      expect(await redis.get('key')).toBeNull()
      expect(await redis.multi().set('key', 'mine').exec()).toEqual([[null, 'OK']])
    })

    it('executes all when it was ended, or when nothing happened', async () => {
      await redis.watch('key')
      await redis.unwatch()
      await breakConnection()
      expect(await redis.multi().set('key', 'one').exec()).toEqual([[null, 'OK']])

      await redis.watch('key')
      expect(await redis.multi().set('key', 'two').exec()).toEqual([[null, 'OK']])
      await breakConnection()
      expect(await redis.multi().set('key', 'three').exec()).toEqual([[null, 'OK']])
    })
  })
})

/** What the types of ioredis leave out: a MULTI inside, and scripts. */
type LoosePipeline = Promise<unknown> &
  Record<'set' | 'multi' | 'incr' | 'hgetall' | 'get' | 'joined' | 'exec', (...args: unknown[]) => LoosePipeline>
