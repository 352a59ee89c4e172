import { type RedisServer, startRedis } from '@holdfast/database-servers'
import { describeRedis } from '@holdfast/database-servers/vitest'
import { constant } from '@holdfast/retry'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { type AnyClient, clients, type Words } from './faults-clients.ts'

/** Tries until the server is well. */
const patient = {
  retry: { maxAttempts: 10_000, backoff: constant({ delayMs: 5, jitter: 'none' }), budget: false },
  total: { timeoutMs: 30_000 },
  command: { timeoutMs: 30_000 },
  breaker: false,
} as const

/** Says something, and gets the server well as soon as it was refused. */
async function insist(client: AnyClient, words: Words, cure: () => unknown = () => {}) {
  const refusals = new Set<string>()
  let cured: unknown
  client.policy.subscribe(event => {
    if (event.type !== 'retry.scheduled') return
    refusals.add((event.error as Error).message.replace(/ .*/s, ''))
    cured ??= cure()
  })
  const reply = await client.say(...words)
  await cured
  return { reply, refusals: [...refusals] }
}

/** A bare client, for what is done to a server. */
const operatorOf = ({ host, port }: RedisServer): Redis => new Redis({ host, port })

const answerOf = (operator: Redis, ...words: Words): Promise<unknown> =>
  operator.call(...words).catch((error: Error) => error.message)

describeRedis(
  'a command that a server refuses',
  server => {
    let operator: Redis
    let other: Redis
    beforeAll(() => {
      operator = operatorOf(server)
      other = operatorOf(server)
    })
    afterAll(() => {
      operator.disconnect()
      other.disconnect()
    })
    beforeEach(async () => {
      await operator.flushall()
    })

    it.each(clients)('because it is LOADING is executed once, when that is over: %s', async (_, connect) => {
      using client = await connect(server, patient)
      await operator.mset(Object.fromEntries([...Array(500).keys()].map(index => [`key:${index}`, 'x'.repeat(20)])))
      await operator.config('SET', 'key-load-delay', 500)
      await operator.config('SET', 'loading-process-events-interval-bytes', 1_024)

      const reloaded = operator.call('DEBUG', 'RELOAD')
      await vi.waitFor(async () => expect(await answerOf(other, 'GET', 'key:1')).toMatch(/^LOADING/), {
        interval: 1,
        timeout: 10_000,
      })
      const { reply, refusals } = await insist(client, ['INCR', 'counter'])

      expect([reply, refusals]).toEqual([1, ['LOADING']])
      await reloaded
      expect(await operator.get('counter')).toBe('1')
    })

    it.each(clients)(
      'because it is BUSY with a script is executed once, when that is killed: %s',
      async (_, connect) => {
        using client = await connect(server, patient)
        const script = operator.eval('while true do end', 0).catch((error: Error) => error.message)
        await vi.waitFor(async () => expect(await answerOf(other, 'GET', 'counter')).toMatch(/^BUSY/), {
          interval: 1,
          timeout: 10_000,
        })

        const { reply, refusals } = await insist(client, ['INCR', 'counter'], () => other.script('KILL'))

        expect([reply, refusals]).toEqual([1, ['BUSY']])
        expect(await script).toMatch('Script killed by user')
      },
    )

    it.each(clients)('because its master is down (MASTERDOWN) is answered by the next one: %s', async (_, connect) => {
      using client = await connect(server, patient)
      await operator.set('key', 'value')
      await operator.config('SET', 'replica-serve-stale-data', 'no')
      await operator.replicaof('127.0.0.1', 1)

      const { reply, refusals } = await insist(client, ['GET', 'key'], () => operator.replicaof('NO', 'ONE'))

      expect([reply, refusals]).toEqual(['value', ['MASTERDOWN']])
    })

    it.each(clients)(
      'because it is READONLY is executed once, where a new connection leads: %s',
      async (_, connect) => {
        await using master = await startRedis()
        await using before = await faultProxy({ target: server })
        using client = await connect(before, patient)
        await client.say('SET', 'greeting', 'hello')

        // As when a name leads to another server after a failover: connections stay where they are.
        await operator.replicaof(master.host, master.port)
        await before.refuse()
        await using after = await faultProxy({ target: master, port: before.port })
        const replies = await Promise.all([
          insist(client, ['INCR', 'counter']),
          client.say('INCR', 'counter'),
          client.say('INCR', 'counter'),
        ])
        await operator.replicaof('NO', 'ONE')

        const [{ reply, refusals }, ...others] = replies
        expect(new Set([reply, ...others])).toEqual(new Set([1, 2, 3]))
        expect(refusals).toContain('READONLY')
        expect(after.opened).toBe(1)
        expect(before.links).toEqual([])
      },
    )

    it.each(clients)('for what it is, is not tried again: %s', async (_, connect) => {
      using client = await connect(server, patient)
      await operator.set('text', 'no number')
      const tell = vi.fn()
      client.policy.subscribe(tell)

      await expect(client.say('INCR', 'text')).rejects.toThrow('ERR value is not an integer')
      await expect(client.say('LPUSH', 'text', 'x')).rejects.toThrow('WRONGTYPE')

      expect(tell).not.toHaveBeenCalled()
    })
  },
  { settings: { 'enable-debug-command': 'yes', 'busy-reply-threshold': 10 } },
)

describeRedis(
  'a command that a server of a cluster refuses',
  server => {
    it.each(clients)(
      'because slots are missing (CLUSTERDOWN) is executed once, when they are there: %s',
      async (_, connect) => {
        using client = await connect(server, patient)
        const operator = operatorOf(server)
        await operator.call('CLUSTER', 'FLUSHSLOTS')

        const { reply, refusals } = await insist(client, ['INCR', 'counter'], () =>
          operator.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383),
        )

        expect([reply, refusals]).toEqual([1, ['CLUSTERDOWN']])
        await operator.del('counter')
        operator.disconnect()
      },
    )
  },
  { settings: { 'cluster-enabled': 'yes', 'cluster-node-timeout': 100 } },
)
