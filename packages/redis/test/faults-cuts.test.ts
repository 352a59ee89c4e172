import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { isHoldfastError } from '@holdfast/core'
import { describeRedis } from '@holdfast/database-servers/vitest'
import { seededRandom } from '@holdfast/testing'
import { type FaultProxy, faultProxy } from '@holdfast/testing/fault-proxy'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AnyClient, clients } from './faults-clients.ts'
import { ledger, ways } from './faults-ledger.ts'

const CALLERS = 8
const CALLS_EACH = 60
/** Others every night. */
const { HOLDFAST_SEED = '1' } = process.env
const SEEDS = [0, 1].map(more => Number(HOLDFAST_SEED) + more)

const oneOf = <T>(random: () => number, ...choices: readonly T[]): T =>
  choices[Math.floor(random() * choices.length)] as T

interface Trouble {
  readonly cuts: number
  readonly end: () => Promise<void>
}

/** Cuts the connection again and again, each time somewhere else, and now and then refuses the next one for a while. */
function trouble(proxy: FaultProxy, client: AnyClient, random: () => number): Trouble {
  let isOver = false
  let cuts = 0
  const next = (): void => {
    if (isOver) return
    const direction = oneOf(random, 'toServer', 'toClient')
    const how = oneOf(random, 'reset', 'reset', 'reset', 'end', 'end', 'end', 'silence')
    const isRefusing = random() < 0.1
    const trap = proxy.cutAfter({ bytes: Math.floor(random() * 1_000), direction, how })
    void trap.sprung.then(async () => {
      cuts += 1
      if (isRefusing) await proxy.refuse()
      next()
    })
  }
  next()
  // A limit has passed: what was silent is cut, and what was refused is taken again.
  client.policy.subscribe(event => {
    if (event.type !== 'timeout.expired' || isOver) return
    proxy.cut()
    void proxy.accept()
  })
  return {
    get cuts() {
      return cuts
    },
    end() {
      isOver = true
      proxy.cut()
      return proxy.heal()
    },
  }
}

describeRedis('behind a connection that is cut', server => {
  let operator: Redis
  let proxy: FaultProxy
  /** The server may not be ours alone. */
  let ours: string
  beforeAll(() => {
    operator = new Redis(server.port, server.host)
  })
  afterAll(() => {
    operator.disconnect()
  })
  beforeEach(async () => {
    ours = randomUUID()
    proxy = await faultProxy({ target: server })
  })
  afterEach(() => proxy.close())

  describe.each(clients)('(%s)', (_, connect) => {
    it.each(ways)('before its answer, a $name is executed once, and its outcome is unknown', async way => {
      using client = await connect(proxy)
      const { increment, entries, values } = ledger()

      const trap = proxy.cutAt({ match: way.name === 'transaction' ? '*2' : ':1', direction: 'toClient' })
      await increment(client, way)
      await trap.sprung

      expect(entries.map(({ knowledge }) => knowledge)).toEqual(Array(way.counters).fill('unknown'))
      expect(await values(operator)).toEqual(Array(way.counters).fill('1'))
    })

    it.each(ways)('amid its request, a $name is not executed, and its outcome is unknown', async way => {
      using client = await connect(proxy)
      const { increment, entries, values } = ledger()

      proxy.cutAt({ match: `${way.name}:1`, direction: 'toServer', at: 'within' })
      await increment(client, way)

      expect(entries.map(({ knowledge }) => knowledge)).toEqual(Array(way.counters).fill('unknown'))
      expect(await values(operator)).toEqual(Array(way.counters).fill(null))
    })

    it('before its answer, a read is repeated', async () => {
      using client = await connect(proxy)
      await operator.set(ours, 'hello')

      const trap = proxy.cutAt({ match: 'hello', direction: 'toClient', times: 2 })

      expect(await client.say('GET', ours)).toBe('hello')
      expect([trap.count, proxy.opened]).toEqual([2, 3])
    })

    it('while it waits for one, a blocking pop is not repeated, and takes nothing', async () => {
      using client = await connect(proxy)
      await client.say('CLIENT', 'SETNAME', ours)
      const popped = client.say('BLPOP', ours, '0').catch((error: unknown) => error)
      await vi.waitFor(async () => expect(await operator.client('LIST')).toMatch(RegExp(`name=${ours} .*flags=b`)))

      proxy.cut()
      const error = await popped
      await vi.waitFor(async () => expect(await operator.client('LIST')).not.toContain(ours))
      await operator.rpush(ours, 'kept')

      expect(isHoldfastError(error, 'ERR_HOLDFAST_UNKNOWN_OUTCOME')).toBe(true)
      expect(await operator.lrange(ours, 0, -1)).toEqual(['kept'])
    })

    it('before its answer, a blocking pop is not repeated', async () => {
      using client = await connect(proxy)
      await operator.rpush(ours, 'taken', 'kept')

      proxy.cutAt({ match: 'taken', direction: 'toClient' })

      await expect(client.say('BLPOP', ours, '0')).rejects.toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
      expect(await operator.lrange(ours, 0, -1)).toEqual(['kept'])
    })

    it.each(ways)('and not there again yet, a $name waits, and is executed once', async way => {
      using client = await connect(proxy, { command: { timeoutMs: 30_000 }, total: false })
      const { increment, broken, count } = ledger()
      await proxy.refuse()
      proxy.cut()
      await expect.poll(() => proxy.links).toEqual([])

      const incremented = increment(client, way)
      await proxy.accept()
      await incremented

      expect(count('executed')).toBe(way.counters)
      expect(await broken(operator)).toEqual([])
    })

    it.each(ways)('and not there again in time, a $name is never executed, and its caller is told so', async way => {
      using client = await connect(proxy, { command: { timeoutMs: 20 }, retry: false })
      const { increment, entries, values } = ledger()
      await proxy.refuse()
      proxy.cut()
      await expect.poll(() => proxy.links).toEqual([])

      await increment(client, way)
      await proxy.accept()
      await vi.waitFor(async () => expect(await client.say('PING')).toBe('PONG'), { timeout: 10_000 })

      expect(entries.map(({ knowledge }) => knowledge)).toEqual(Array(way.counters).fill('not executed'))
      expect(await values(operator)).toEqual(Array(way.counters).fill(null))
    })

    it.each(SEEDS)('again and again, by seed %i, counters are as callers were told', async seed => {
      const random = seededRandom(seed)
      const { increment, broken, count } = ledger()
      using client = await connect(proxy, { breaker: false, command: { timeoutMs: 50 }, total: { timeoutMs: 120 } })

      const given = trouble(proxy, client, random)
      const caller = async () => {
        for (let call = 0; call < CALLS_EACH; call++) await increment(client, oneOf(random, ...ways))
      }
      await Promise.all(Array.from({ length: CALLERS }, caller))
      await given.end()

      expect(await broken(operator)).toEqual([])
      expect(given.cuts).toBeGreaterThan(10)
      for (const knowledge of ['executed', 'unknown'] as const) expect(count(knowledge)).toBeGreaterThan(0)
      await vi.waitFor(async () => expect(await client.say('PING')).toBe('PONG'), { timeout: 10_000 })
    })
  })
})
