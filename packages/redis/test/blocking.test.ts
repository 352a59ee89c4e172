import { describeRedis } from '@holdfast/database-servers/vitest'
import { virtualClock } from '@holdfast/testing'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { errorOf, subjects, type Words } from './subjects.ts'

describeRedis('a command that waits at the server', server => {
  let operator: Redis
  beforeAll(() => {
    operator = new Redis({ host: server.host, port: server.port })
  })
  afterAll(() => operator.disconnect())
  beforeEach(async () => {
    await operator.flushall()
  })

  const blocked = async (): Promise<void> => {
    await vi.waitFor(async () => expect(await operator.info('clients')).toContain('blocked_clients:1'))
  }

  describe.each(subjects)('%s', (_, open) => {
    it.each<[Words, number]>([
      [['BLPOP', 'list', '10'], 10_000],
      [['BLMPOP', '0.5', '1', 'list', 'LEFT'], 500],
      [['XREAD', 'BLOCK', '70', 'STREAMS', 'stream', '$'], 70],
      [['WAIT', '1', '5000'], 5_000],
    ])('may take its own time, and then that of a command: %s', async (words, blockMs) => {
      const clock = virtualClock()
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { clock, retry: false, total: { timeoutMs: 2_000 } })
      proxy.silence()

      const failed = errorOf(subject.say(...words))
      await clock.advance(blockMs + 999)
      expect(clock.pendingTimers).toBe(2)
      await clock.advance(1)

      expect(await failed).toMatchObject({ policy: 'redis.command', timeoutMs: blockMs + 1_000 })
    })

    it('has no limit where it waits for ever', async () => {
      const clock = virtualClock()
      using subject = await open(server, { clock })

      const popped = subject.say('BLPOP', 'list', '0')
      await blocked()
      expect(clock.pendingTimers).toBe(0)
      await clock.advance(1_000_000)
      await operator.rpush('list', 'item')

      expect(await popped).toEqual(['list', 'item'])
    })

    it('is not repeated once it has been sent: an element may be lost', async () => {
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy)

      const failed = errorOf(subject.say('BLPOP', 'list', '0'))
      await blocked()
      proxy.cut()

      expect(await failed).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME', operation: 'BLPOP' })
    })

    it('is not repeated once it has been sent, also where it only reads', async () => {
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy)

      const failed = errorOf(subject.say('XREAD', 'BLOCK', '0', 'STREAMS', 'stream', '$'))
      await blocked()
      proxy.cut()

      expect(await failed).not.toHaveProperty('code', 'ERR_HOLDFAST_UNKNOWN_OUTCOME')
      expect(proxy.opened).toBeLessThanOrEqual(2)
    })
  })
})
