import { consecutiveFailures, slowCallRate } from '@holdfast/circuit-breaker'
import { describeRedis } from '@holdfast/database-servers/vitest'
import { breakerOf, policyOf } from '@holdfast/redis'
import { record, virtualClock } from '@holdfast/testing'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { errorOf, subjects, type Words } from './subjects.ts'

const twice = { trip: consecutiveFailures(2) }

describeRedis('the breaker of a resilient client', server => {
  let operator: Redis
  beforeAll(() => {
    operator = new Redis({ host: server.host, port: server.port })
  })
  afterAll(() => operator.disconnect())
  beforeEach(async () => {
    await operator.flushall()
  })

  describe.each(subjects)('%s', (_, open) => {
    it('opens when commands have no answer, and closes when the server is well again', async () => {
      const clock = virtualClock()
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { clock, retry: false, breaker: twice })
      const breaker = breakerOf(subject.redis)
      const events = record(policyOf(subject.redis))
      proxy.silence({ direction: 'toClient' })

      const failed = [errorOf(subject.say('GET', 'a')), errorOf(subject.multi(['INCR', 'b']))]
      await clock.advance(1_000)
      await Promise.all(failed)

      expect(breaker?.state).toBe('open')
      expect(await errorOf(subject.say('GET', 'a'))).toMatchObject({
        code: 'ERR_HOLDFAST_CIRCUIT_OPEN',
        policy: 'redis.breaker',
      })
      await proxy.heal()
      await clock.advance(1_000)
      expect(await subject.say('PING')).toBe('PONG')
      expect(breaker?.state).toBe('closed')
      expect(events.types.filter(type => type.startsWith('circuit'))).toEqual([
        'circuit.opened',
        'circuit.rejected',
        'circuit.halfOpened',
        'circuit.closed',
      ])
    })

    it('opens when connections break', async () => {
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { retry: false, breaker: { ...twice, openMs: Infinity } })
      proxy.cutAt({ match: 'key', direction: 'toServer', how: 'reset', times: 2 })

      await errorOf(subject.say('INCR', 'key'))
      await vi.waitUntil(() => subject.isReady())
      await errorOf(subject.pipeline(['GET', 'key']).then(results => Promise.reject(results as Error)))

      expect(breakerOf(subject.redis)?.state).toBe('open')
    })

    it('takes the errors of users for answers', async () => {
      using subject = await open(server, { breaker: twice })
      await operator.set('text', 'value')

      for (let call = 0; call < 3; call++) {
        expect(await errorOf(subject.say('LPUSH', 'text', 'x'))).toHaveProperty(
          'message',
          expect.stringMatching(/^WRONGTYPE/),
        )
        expect(await errorOf(subject.say('NONSENSE'))).toHaveProperty('message', expect.stringMatching(/^ERR/))
        await errorOf(subject.multi(['NONSENSE']))
      }

      expect(breakerOf(subject.redis)?.state).toBe('closed')
    })

    it('takes the end of the client for none', async () => {
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { retry: false, breaker: twice })
      proxy.silence()
      const failed = [
        errorOf(subject.say('GET', 'a')),
        errorOf(subject.say('GET', 'b')),
        errorOf(subject.say('GET', 'c')),
      ]

      subject.close()
      proxy.cut()
      await Promise.all(failed)

      expect(breakerOf(subject.redis)?.state).toBe('closed')
    })

    it('takes no command for a slow one that was told to wait, or that the user ignores', async () => {
      const clock = virtualClock()
      const trip = slowCallRate({ slowerThanMs: 100, threshold: 1, windowCalls: 1, minCalls: 1 })
      await using proxy = await faultProxy({ target: server })
      const ignoresResult = (reply: unknown): boolean => String(reply) === 'ignored'
      using subject = await open(proxy, { clock, breaker: { trip, ignoresResult } })
      await operator.rpush('list', 'item')
      const stateAfter = async (...words: Words): Promise<string | undefined> => {
        proxy.silence({ direction: 'toClient' })
        const answer = subject.say(...words)
        await clock.advance(200)
        await proxy.heal()
        await answer
        return breakerOf(subject.redis)?.state
      }

      expect(await stateAfter('BLPOP', 'list', '10')).toBe('closed')
      expect(await stateAfter('ECHO', 'ignored')).toBe('closed')
      expect(await stateAfter('ECHO', 'slow')).toBe('open')
    })

    it('may be left out, or be another policy', async () => {
      using without = await open(server, { breaker: false })

      expect(breakerOf(without.redis)).toBeUndefined()
      expect(await without.say('PING')).toBe('PONG')
    })
  })
})
