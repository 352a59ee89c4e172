import { randomUUID } from 'node:crypto'
import { failureRate } from '@holdfast/circuit-breaker'
import { isHoldfastError } from '@holdfast/core'
import { describeRedis } from '@holdfast/database-servers/vitest'
import { constant } from '@holdfast/retry'
import { type FaultProxy, faultProxy } from '@holdfast/testing/fault-proxy'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { clients } from './faults-clients.ts'
import { ledger, ways } from './faults-ledger.ts'

const [command] = ways as [(typeof ways)[number]]

describeRedis(
  'while a server hangs',
  server => {
    let operator: Redis
    beforeAll(() => {
      operator = new Redis(server.port, server.host)
    })
    afterAll(() => {
      operator.disconnect()
    })
    beforeEach(async () => {
      await operator.flushall()
    })
    // Also after a test that has failed.
    afterEach(() => server.resume())

    describe.each(clients)('(%s)', (_, connect) => {
      it('commands end with their limit, the breaker opens, and all is well once the server is', async () => {
        const trip = failureRate({ threshold: 0.5, windowMs: 10_000, minCalls: 4 })
        using client = await connect(server, { command: { timeoutMs: 30 }, breaker: { trip, openMs: 20 } })
        const { increment, broken, count } = ledger()

        server.pause()
        for (let call = 0; call < 4; call++) await increment(client, command)
        const stateAfter = client.breaker.state
        const refusal = await client.say('INCR', 'never').catch((error: unknown) => error)
        server.resume()
        await vi.waitFor(() => client.say('PING'), { interval: 5, timeout: 10_000 })

        expect([count('unknown'), stateAfter]).toEqual([4, 'open'])
        expect(isHoldfastError(refusal, 'ERR_HOLDFAST_CIRCUIT_OPEN')).toBe(true)
        expect(client.breaker.state).toBe('closed')
        expect(await broken(operator)).toEqual([])
        expect(await operator.get('never')).toBe(null)
      })

      it.each(ways)('a $name that changes something is not repeated', async way => {
        using client = await connect(server, { command: { timeoutMs: 20 } })
        const { increment, entries, values } = ledger()

        server.pause()
        await increment(client, way)
        server.resume()
        await vi.waitFor(() => client.say('PING'), { interval: 5, timeout: 10_000 })

        expect(entries.map(({ knowledge }) => knowledge)).toEqual(Array(way.counters).fill('unknown'))
        for (const value of await values(operator)) expect(Number(value)).toBeLessThan(2)
      })

      it('a read is repeated, and ends with its last attempt', async () => {
        const retry = { maxAttempts: 3, backoff: constant({ delayMs: 1 }) }
        using client = await connect(server, { command: { timeoutMs: 20 }, retry, breaker: false })
        const tell = vi.fn<(type: string) => void>()
        client.policy.subscribe(({ type }) => tell(type))

        server.pause()
        await expect(client.say('GET', 'key')).rejects.toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })

        expect(tell.mock.calls.flat().filter(type => type === 'retry.scheduled')).toHaveLength(2)
      })

      it.each(ways)('a client that is closed leaves no $name pending', async way => {
        using client = await connect(server, { command: { timeoutMs: 3_600_000 }, total: false })
        const { increment, count } = ledger()
        server.pause()
        const pending = Array.from({ length: 10 }, () => increment(client, way))

        client[Symbol.dispose]()
        await Promise.all(pending)

        expect(count('executed')).toBe(0)
      })
    })
  },
  { isStopped: true },
)

describeRedis('on a connection that is silent', server => {
  let proxy: FaultProxy
  beforeEach(async () => {
    proxy = await faultProxy({ target: server })
  })
  afterEach(() => proxy.close())

  describe.each(clients)('(%s)', (_, connect) => {
    it('because it is half-open, commands end with their limit, and the next ones find another', async () => {
      using client = await connect(proxy, { command: { timeoutMs: 30 }, retry: false, breaker: false })
      const [link] = proxy.links

      link?.silence()
      await expect(client.say('PING')).rejects.toThrow('no answer within 30 ms')

      await vi.waitFor(async () => expect(await client.say('PING')).toBe('PONG'), { interval: 5, timeout: 10_000 })
      expect(proxy.opened).toBe(2)
    })

    it('because a command blocks, those behind it end with their limit, and it goes on', async () => {
      const queue = randomUUID()
      using client = await connect(proxy, { command: { timeoutMs: 30 }, retry: false, breaker: false })
      using operator = await connect(server)

      const popped = client.say('BLPOP', queue, '0')
      await expect(client.say('PING')).rejects.toThrow('no answer within 30 ms')
      await operator.say('RPUSH', queue, 'kelp')

      expect(await popped).toEqual([queue, 'kelp'])
      expect(proxy.opened).toBe(1)
    })
  })
})

describeRedis(
  'over restarts',
  server => {
    const restarts = {
      'in order': () => server.restart(),
      'after it was killed': async () => {
        await server.kill()
        await server.start()
      },
    }

    const asOperator = async <T>(act: (operator: Redis) => Promise<T>): Promise<T> => {
      const operator = new Redis(server.port, server.host)
      try {
        return await act(operator)
      } finally {
        operator.disconnect()
      }
    }

    describe.each(clients)('(%s)', (_, connect) => {
      it.each(Object.entries(restarts))('counters are as callers were told: %s', async (_name, restart) => {
        await asOperator(operator => operator.flushall())
        using client = await connect(server, { command: { timeoutMs: 50 }, total: { timeoutMs: 120 }, breaker: false })
        const { increment, broken, count } = ledger()
        const over = new AbortController()
        const caller = async () => {
          for (let call = 0; !over.signal.aborted; call++) await increment(client, ways[call % ways.length] ?? command)
        }

        const callers = Array.from({ length: 8 }, caller)
        try {
          for (let turn = 0; turn < 3; turn++) {
            const enough = count('executed') + 50
            await expect.poll(() => count('executed'), { interval: 5, timeout: 10_000 }).toBeGreaterThan(enough)
            await restart()
          }
        } finally {
          over.abort()
          await Promise.all(callers)
        }

        expect(await asOperator(broken)).toEqual([])
        expect(count('unknown')).toBeGreaterThan(0)
      })
    })
  },
  // What was acknowledged must be there after a kill.
  { settings: { appendonly: 'yes', appendfsync: 'always' }, isStopped: true },
)
