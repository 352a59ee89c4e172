import { describeRedis } from '@holdfast/database-servers/vitest'
import { virtualClock } from '@holdfast/testing'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { errorOf, subjects } from './subjects.ts'

describeRedis('a connection over which nothing comes', server => {
  let operator: Redis
  beforeAll(() => {
    operator = new Redis({ host: server.host, port: server.port })
  })
  afterAll(() => operator.disconnect())

  describe.each(subjects)('%s', (_, open) => {
    const start = async () => {
      const clock = virtualClock()
      const proxy = await faultProxy({ target: server })
      const subject = await open(proxy, { clock, retry: false, breaker: false })
      const failAfterLimit = async (...words: readonly [string, ...string[]]): Promise<unknown> => {
        const failed = errorOf(subject.say(...words))
        await clock.advance(1_000)
        return failed
      }
      return {
        clock,
        proxy,
        subject,
        failAfterLimit,
        async [Symbol.asyncDispose]() {
          subject[Symbol.dispose]()
          await proxy.close()
        },
      }
    }

    it('is left after a second limit, a second later', async () => {
      await using scene = await start()
      const { proxy, subject, failAfterLimit } = scene
      const [link] = proxy.links
      link?.silence()

      await failAfterLimit('GET', 'key')
      expect(link?.isOpen).toBe(true)
      await failAfterLimit('GET', 'key')

      await vi.waitUntil(() => proxy.opened === 2 && subject.isReady())
      expect(await subject.say('PING')).toBe('PONG')
    })

    it('is left also where only transactions are sent', async () => {
      await using scene = await start()
      const { clock, proxy, subject } = scene
      proxy.links[0]?.silence()

      for (let turn = 0; turn < 2; turn++) {
        const failed = errorOf(subject.multi(['INCR', 'counter']))
        await clock.advance(1_000)
        await failed
      }

      await vi.waitUntil(() => proxy.opened === 2 && subject.isReady())
    })

    it('stays when something came in between, and when limits pass together', async () => {
      await using scene = await start()
      const { proxy, subject, failAfterLimit } = scene
      const [link] = proxy.links
      link?.silence({ direction: 'toClient' })

      await Promise.all([
        failAfterLimit('GET', 'a'),
        errorOf(subject.say('GET', 'b')),
        errorOf(subject.say('GET', 'c')),
      ])
      link?.heal()
      expect(await subject.say('PING')).toBe('PONG')
      link?.silence({ direction: 'toClient' })
      await failAfterLimit('GET', 'key')
      link?.heal()

      expect(await subject.say('PING')).toBe('PONG')
      expect(proxy.opened).toBe(1)
    })

    it('stays while a command waits at the server', async () => {
      await using scene = await start()
      const { proxy, subject, failAfterLimit } = scene

      const popped = subject.say('BLPOP', 'list', '0')
      await vi.waitFor(async () => expect(await operator.info('clients')).toContain('blocked_clients:1'))
      await failAfterLimit('GET', 'key')
      await failAfterLimit('GET', 'key')
      await operator.rpush('list', 'item')

      expect(await popped).toEqual(['list', 'item'])
      expect(proxy.opened).toBe(1)
    })
  })
})
