import { describeRedis } from '@holdfast/database-servers/vitest'
import { classify, withCallOptions } from '@holdfast/redis'
import { virtualClock } from '@holdfast/testing'
import { type FaultProxy, faultProxy } from '@holdfast/testing/fault-proxy'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { errorOf, type Subject, subjects } from './subjects.ts'

describeRedis('the limits of a resilient client', server => {
  let operator: Redis
  beforeAll(() => {
    operator = new Redis({ host: server.host, port: server.port })
  })
  afterAll(() => operator.disconnect())
  beforeEach(async () => {
    await operator.flushall()
  })

  /** The client has no connection, and gets none. */
  const goOffline = async (proxy: FaultProxy, { isReady }: Subject): Promise<void> => {
    await proxy.refuse()
    proxy.cut()
    await vi.waitUntil(() => !isReady())
  }

  describe.each(subjects)('%s', (_, open) => {
    it('end a command that was sent and has no answer: it may have been executed', async () => {
      const clock = virtualClock()
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { clock })
      proxy.silence({ direction: 'toClient' })

      const failed = errorOf(subject.say('INCR', 'counter'))
      await vi.waitFor(async () => expect(await operator.get('counter')).toBe('1'))
      await clock.advance(999)
      expect(clock.pendingTimers).toBe(2)
      await clock.advance(1)

      const error = await failed
      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', policy: 'redis.command', phase: 'command' })
      expect(classify(error)).toEqual({ kind: 'timedOut', code: 'ERR_HOLDFAST_TIMEOUT' })
      expect(clock.pendingTimers).toBe(0)
    })

    it('end what waits for a connection, and take it back: it is never executed', async () => {
      const clock = virtualClock()
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { clock, retry: false })
      await goOffline(proxy, subject)
      const failed = [
        errorOf(subject.say('INCR', 'counter')),
        errorOf(subject.multi(['INCR', 'counter'])),
        errorOf(subject.pipeline(['INCR', 'counter'], ['GET', 'counter'])),
      ]

      await clock.advance(1_000)
      const errors = await Promise.all(failed)
      await proxy.accept()
      await vi.waitUntil(() => subject.isReady())

      const unsent = { kind: 'notExecuted', code: 'ERR_HOLDFAST_TIMEOUT' }
      expect(errors.map(classify)).toEqual([unsent, unsent, unsent])
      expect(await subject.say('GET', 'counter')).toBeNull()
    })

    it('let what waits for a connection be executed, once, when there is one', async () => {
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { retry: false })
      await goOffline(proxy, subject)
      const answers = [
        subject.say('INCR', 'counter'),
        subject.multi(['INCR', 'counter']),
        subject.pipeline(['INCR', 'counter']),
      ]

      await proxy.accept()
      await Promise.all(answers)

      expect(await operator.get('counter')).toBe('3')
    })

    it('end all attempts together', async () => {
      const clock = virtualClock()
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { clock, total: { timeoutMs: 1_500 }, random: () => 0 })
      proxy.silence({ direction: 'toClient' })

      const failed = errorOf(subject.say('GET', 'key'))
      await clock.advance(1_500)

      expect(await failed).toMatchObject({ policy: 'redis.total', phase: 'total', timeoutMs: 1_500 })
      expect(clock.pendingTimers).toBe(0)
    })

    it('may be functions', async () => {
      const clock = virtualClock()
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { clock, retry: false, command: { timeoutMs: () => 70 } })
      proxy.silence({ direction: 'toClient' })

      const failed = errorOf(subject.say('GET', 'key'))
      await clock.advance(70)

      expect(await failed).toMatchObject({ policy: 'redis.command', timeoutMs: 70 })
    })

    it('are as a caller asks, for its view of the client', async () => {
      const clock = virtualClock()
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { clock })
      const hurried = withCallOptions(subject.redis, { timeoutMs: 50 })
      expect(await subject.sayThrough(hurried, 'PING')).toBe('PONG')
      proxy.silence({ direction: 'toClient' })

      const failed = errorOf(subject.sayThrough(hurried, 'GET', 'key'))
      await clock.advance(50)

      expect(await failed).toMatchObject({ policy: 'redis', phase: 'run', timeoutMs: 50 })
    })

    it('end with the signal of a caller, with its own reason, and take the command back', async () => {
      const controller = new AbortController()
      const reason = new Error('gone')
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy)
      const view = withCallOptions(subject.redis, { signal: controller.signal })
      await goOffline(proxy, subject)

      const failed = errorOf(subject.sayThrough(view, 'INCR', 'counter'))
      controller.abort(reason)

      expect(await failed).toBe(reason)
      await proxy.accept()
      await vi.waitUntil(() => subject.isReady())
      expect(await subject.say('GET', 'counter')).toBeNull()
      await expect(subject.sayThrough(view, 'INCR', 'counter')).rejects.toBe(reason)
    })

    it('leave nothing pending when the client is closed', async () => {
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy)
      proxy.silence({ direction: 'toClient' })
      const failed = [
        errorOf(subject.say('GET', 'key')),
        errorOf(subject.say('INCR', 'counter')),
        errorOf(subject.multi(['INCR', 'counter'])),
      ]
      await vi.waitFor(async () => expect(await operator.get('counter')).toBe('2'))

      subject.close()
      proxy.cut()

      const [get, ...others] = await Promise.all(failed)
      expect(classify(get).kind).toBe('connectionLost')
      expect(others.map(error => classify(error).kind)).toEqual(['unknownOutcome', 'unknownOutcome'])
      await expect(subject.say('GET', 'key')).rejects.toThrow(/closed/)
    })
  })
})
