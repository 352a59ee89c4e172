import { describeRedis } from '@holdfast/database-servers/vitest'
import { type ResilientRedisOptions, sameStateCommands } from '@holdfast/redis'
import { constant, retry } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { like, saying } from './saying.ts'
import { errorOf, subjects, type Words } from './subjects.ts'

const atOnce = constant({ delayMs: 0, jitter: 'none' })

describeRedis('a command of a resilient client', server => {
  let operator: Redis
  beforeAll(() => {
    operator = new Redis({ host: server.host, port: server.port })
  })
  afterAll(() => operator.disconnect())
  beforeEach(async () => {
    await operator.flushall()
  })

  describe.each(subjects)('%s', (_, open) => {
    /** Its connection is cut once, after the server has had the command, and before the client has the answer. */
    const cutAfter = async (words: Words, options?: ResilientRedisOptions) => {
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { retry: { backoff: atOnce }, ...options })
      const trap = proxy.cutAt({ match: words.at(-1) as string, direction: 'toServer', at: 'after' })
      const answer = subject.say(...words)
      await trap.sprung
      return await answer.then(
        reply => ({ reply }),
        (error: unknown) => ({ error }),
      )
    }

    it('is not repeated when it was sent and lost its connection', async () => {
      const outcome = await cutAfter(['INCRBY', 'counter', '4711'])

      expect(outcome).toMatchObject({
        error: {
          code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME',
          policy: 'redis',
          operation: 'INCRBY',
          cause: { message: like(/Connection is closed|ECONNRESET|closed unexpectedly/) },
        },
      })
    })

    it('is repeated when it is a read', async () => {
      await operator.set('key-4711', 'value')

      expect(await cutAfter(['GET', 'key-4711'])).toEqual({ reply: 'value' })
    })

    it('is repeated when it is a write that leaves the same state and has the same answer', async () => {
      expect(await cutAfter(['SET', 'key', 'value-4711'])).toEqual({ reply: 'OK' })
      expect(await operator.get('key')).toBe('value-4711')
    })

    it('is not repeated when its answer would be another one', async () => {
      expect(await cutAfter(['SET', 'lock', 'NX-4711'], { idempotent: { SET: false } })).toMatchObject({
        error: { operation: 'SET' },
      })
      expect(await cutAfter(['DEL', 'key-4711'])).toMatchObject({ error: { operation: 'DEL' } })
    })

    it('is repeated when the user says that it is idempotent, in whatever way', async () => {
      expect(await cutAfter(['DEL', 'key-4711'], { idempotent: sameStateCommands })).toHaveProperty('reply')
      expect(await cutAfter(['APPEND', 'key', '4711'], { idempotent: { append: true } })).toHaveProperty('reply')
      expect(
        await cutAfter(['APPEND', 'key', '4711'], { idempotent: { APPEND: ([key]) => key === 'key' } }),
      ).toHaveProperty('reply')
      expect(
        await cutAfter(['APPEND', 'key', '4711'], {
          idempotent: ({ name, args }) => name === 'APPEND' && args[0] === 'key',
        }),
      ).toHaveProperty('reply')
      expect(await cutAfter(['GET', 'key-4711'], { idempotent: () => undefined })).toHaveProperty('reply')
    })

    it('is not repeated when the user says so', async () => {
      expect(await cutAfter(['GET', 'key-4711'], { idempotent: { GET: false } })).toMatchObject({
        error: { operation: 'GET' },
      })
      expect(await cutAfter(['GET', 'key-4711'], { idempotent: () => false })).toMatchObject({
        error: { operation: 'GET' },
      })
      expect(await cutAfter(['GET', 'key-4711'], { retry: { handles: () => false } })).toMatchObject({
        error: { message: like(/closed|ECONNRESET/) },
      })
    })

    it('rejects with what the user’s own rule throws', async () => {
      const broken = new Error('broken rule')
      const throws = (): never => {
        throw broken
      }

      expect(await cutAfter(['APPEND', 'key', '4711'], { idempotent: throws })).toEqual({ error: broken })
      expect(await cutAfter(['APPEND', 'key', '4711'], { idempotent: (async () => true) as never })).toMatchObject({
        error: { message: 'redis: idempotent must decide at once, got a promise' },
      })
    })

    it.each([
      ['of the preset', { handles: () => true, backoff: atOnce }],
      ['of the user', retry({ backoff: atOnce })],
      ['of the user, that handles all', retry({ backoff: atOnce, handles: () => true })],
    ])('is not repeated by a retry %s when it was sent and timed out', async (__, given) => {
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { retry: given, command: { timeoutMs: 100 } })
      proxy.silence({ direction: 'toClient' })

      const error = await errorOf(subject.say('INCR', 'counter'))
      await proxy.heal()

      expect(error).toMatchObject({ code: like(/^ERR_HOLDFAST_(TIMEOUT|UNKNOWN_OUTCOME)$/) })
      expect(await operator.get('counter')).toBe('1')
    })

    it('rejects with the error of the server itself, whatever retry asks for more', async () => {
      using subject = await open(server, { retry: retry({ backoff: atOnce }) })
      await operator.set('text', 'value')

      expect(await errorOf(subject.say('LPUSH', 'text', 'x'))).toEqual(saying(/^WRONGTYPE/))
    })

    it('is repeated after a reply where the user asks for that', async () => {
      const handlesResult = (reply: unknown): boolean => reply === 1
      using subject = await open(server, { retry: { backoff: atOnce, handlesResult } })

      expect(await subject.say('INCR', 'counter')).toBe(2)
    })

    it('is repeated when it is a read that timed out', async () => {
      const clock = virtualClock()
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { clock, retry: { backoff: atOnce }, random: () => 0 })
      await operator.set('key', 'value')
      proxy.silence({ direction: 'toClient' })

      const answer = subject.say('GET', 'key')
      await clock.advance(1_000)
      await proxy.heal()

      expect(await vi.waitFor(async () => clock.advance(1).then(() => answer))).toBe('value')
    })

    describe('in a batch', () => {
      const batchCutAfter = async (way: 'multi' | 'pipeline', ...commands: readonly Words[]) => {
        await using proxy = await faultProxy({ target: server })
        using subject = await open(proxy, { retry: { backoff: atOnce } })
        const trap = proxy.cutAt({ match: '4711', direction: 'toServer', at: 'after' })
        const answer = subject[way](...commands)
        await trap.sprung
        return await answer.then(
          reply => ({ reply: JSON.stringify(reply) }),
          (error: unknown) => ({ error }),
        )
      }

      it('is not repeated with a MULTI that was sent, whatever is in it', async () => {
        expect(await batchCutAfter('multi', ['GET', 'key'], ['GET', 'key-4711'])).toMatchObject({
          error: { code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' },
        })
      })

      it('is not repeated with a pipeline where one is not idempotent', async () => {
        const outcome = await batchCutAfter('pipeline', ['INCR', 'counter'], ['GET', 'key-4711'])

        expect(JSON.stringify(outcome)).toContain('ERR_HOLDFAST_UNKNOWN_OUTCOME')
        expect(['1', null]).toContain(await operator.get('counter'))
      })

      it('is repeated with a pipeline where all are idempotent', async () => {
        const outcome = await batchCutAfter('pipeline', ['SET', 'key', 'value'], ['GET', 'key-4711'])

        expect(outcome).toHaveProperty('reply', expect.stringContaining('OK'))
      })
    })
  })
})
