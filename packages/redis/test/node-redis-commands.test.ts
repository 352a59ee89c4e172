import { describeRedis } from '@holdfast/database-servers/vitest'
import { breakerOf, policyOf, resilientRedis, withCallOptions } from '@holdfast/redis'
import { record } from '@holdfast/testing'
import { type CommandParser, createClient, defineScript, RESP_TYPES } from 'redis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const echo = {
  parseCommand(parser: CommandParser, word: string) {
    parser.push('ECHO', word)
  },
  transformReply: (reply: unknown) => `echo: ${String(reply)}`,
}
const joined = defineScript({
  SCRIPT: 'return KEYS[1] .. ARGV[1]',
  NUMBER_OF_KEYS: 1,
  parseCommand(parser, key: string, word: string) {
    parser.pushKey(key)
    parser.push(word)
  },
  transformReply: (reply: unknown) => String(reply),
})

describeRedis('a client of redis that is resilient', server => {
  const make = () => createClient({ url: server.url, modules: { loud: { echo } }, scripts: { joined } })
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

  describe('with single commands', () => {
    it('replies as the client does', async () => {
      expect(await redis.set('text', 'value', { expiration: { type: 'EX', value: 10 } })).toBe('OK')
      expect(await redis.get('text')).toBe('value')
      expect(await redis.GET('text')).toBe('value')
      expect(await redis.hSet('hash', { one: 1, two: '2' })).toBe(2)
      expect(await redis.hGetAll('hash')).toEqual({ one: '1', two: '2' })
      expect(await redis.zAdd('sorted', [{ score: 1, value: 'a' }])).toBe(1)
      expect(await redis.zRangeWithScores('sorted', 0, -1)).toEqual([{ value: 'a', score: 1 }])
      expect(await redis.sendCommand(['STRLEN', 'text'])).toBe(5)
      await expect(redis.lPush('text', 'x')).rejects.toThrow('WRONGTYPE')
    })

    it('replies in the types that were asked for', async () => {
      await redis.set('text', 'value')

      expect(await redis.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).get('text')).toEqual(
        Buffer.from('value'),
      )
      expect(await redis.withCommandOptions({ typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } }).get('text')).toEqual(
        Buffer.from('value'),
      )
      expect(await redis.asap().get('text')).toBe('value')
    })

    it('runs the commands of modules, and scripts, also ones that the server has forgotten', async () => {
      const events = record(policyOf(redis))

      expect(await redis.loud.echo('kelp')).toBe('echo: kelp')
      expect(await redis.joined('a', 'b')).toBe('ab')
      await redis.scriptFlush()
      expect(await redis.joined('a', 'c')).toBe('ac')

      breakerOf(redis)?.isolate()
      await expect(redis.loud.echo('kelp')).rejects.toThrow('circuit is isolated')
      await expect(redis.joined('a', 'b')).rejects.toThrow('circuit is isolated')
      expect(events.types).toEqual(['circuit.opened', 'circuit.rejected', 'circuit.rejected'])
    })

    it('scans by iterators', async () => {
      await redis.mSet({ a: '1', b: '2' })

      const keys: string[] = []
      for await (const some of redis.scanIterator()) keys.push(...some)

      expect(keys.toSorted()).toEqual(['a', 'b'])
    })

    it('ends with the signal of the client', async () => {
      const reason = new Error('gone')

      await expect(redis.withAbortSignal(AbortSignal.abort(reason)).get('key')).rejects.toBe(reason)
    })

    it('ends with whichever signal aborts first', async () => {
      const [ours, theirs] = [new AbortController(), new AbortController()]
      const view = withCallOptions(redis, { signal: ours.signal }).withAbortSignal(theirs.signal)
      expect(await view.get('key')).toBeNull()

      theirs.abort(new Error('theirs'))
      await expect(view.get('key')).rejects.toThrow('theirs')

      ours.abort(new Error('ours'))
      await expect(withCallOptions(redis, { signal: ours.signal }).get('key')).rejects.toThrow('ours')
    })

    it('selects a database, and stays there', async () => {
      await redis.select(2)
      await redis.set('key', 'value')

      const other = await redis.duplicate({ database: 2 }).connect()
      expect(await other.get('key')).toBe('value')
      await other.close()
      await redis.flushDb()
    })

    it('caches on its side', async () => {
      const caching = resilientRedis(
        createClient({ url: server.url, RESP: 3, clientSideCache: { ttl: 0, maxEntries: 10, evictPolicy: 'LRU' } }),
      )
      await caching.connect()
      await redis.set('key', 'value')
      await caching.get('key')
      breakerOf(caching)?.isolate()

      expect(await caching.get('key')).toBe('value')

      caching.destroy()
    })
  })

  describe('with many commands', () => {
    it('replies to all of a MULTI, and of a pipeline', async () => {
      expect(await redis.multi().set('key', 1).incr('key').hGetAll('none').exec()).toEqual(['OK', 2, {}])
      expect(await redis.multi().get('key').joined('a', 'b').execAsPipeline()).toEqual(['2', 'ab'])
    })

    it('rejects while the circuit is open', async () => {
      breakerOf(redis)?.isolate()

      await expect(redis.multi().incr('key').exec()).rejects.toThrow('circuit is isolated')
      await expect(redis.multi().incr('key').execAsPipeline()).rejects.toThrow('circuit is isolated')
      expect(await client.get('key')).toBeNull()
    })

    it('executes nothing when a watched key has changed, or the watch was lost', async () => {
      await redis.watch('key')
      await redis
        .duplicate()
        .connect()
        .then(other => other.set('key', 'changed').then(() => other.close()))
      await expect(redis.multi().set('key', 'mine').exec()).rejects.toThrow('watched keys has been changed')

      await redis.watch('key')
      client.on('error', () => {})
      const onReady = vi.fn()
      client.once('ready', onReady)
      await redis.sendCommand(['CLIENT', 'KILL', 'SKIPME', 'no']).catch(() => {})
      await vi.waitFor(() => expect(onReady).toHaveBeenCalled())
      await expect(redis.multi().set('key', 'mine').exec()).rejects.toThrow('Client reconnected after WATCH')

      expect(await redis.get('key')).toBe('changed')
    })

    it('rejects a watch, or its end, once the client is closed', async () => {
      await redis.close()

      await expect(redis.watch('key')).rejects.toThrow('The client is closed')
      await expect(redis.UNWATCH()).rejects.toThrow('The client is closed')
    })

    it('executes all when the watch was ended', async () => {
      await redis.watch('key')
      await redis.unwatch()
      await client.set('key', 'changed')

      expect(await redis.multi().set('key', 'mine').exec()).toEqual(['OK'])
    })
  })
})
