import { type RedisServer, startRedis } from '@holdfast/database-servers'
import { describeRedis } from '@holdfast/database-servers/vitest'
import { breakerOf, resilientRedis } from '@holdfast/redis'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { Cluster, Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { errorOf } from './subjects.ts'

const settings = { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' }
const LAST_SLOT = 16_383

describeRedis(
  'a Cluster of ioredis that is resilient',
  server => {
    let operator: Redis
    let other: RedisServer
    const clusters: Cluster[] = []
    beforeAll(async () => {
      operator = new Redis({ host: server.host, port: server.port })
      other = await startRedis({ settings })
      const second = new Redis({ host: other.host, port: other.port })
      await operator.call('CLUSTER', 'ADDSLOTSRANGE', 0, LAST_SLOT - 1)
      await second.call('CLUSTER', 'ADDSLOTS', LAST_SLOT)
      await second.call('CLUSTER', 'SET-CONFIG-EPOCH', 2)
      await operator.call('CLUSTER', 'MEET', other.host, other.port)
      second.disconnect()
      const isUp = async () => expect(await operator.call('CLUSTER', 'INFO')).toContain('cluster_state:ok')
      // A master waits for 2 s before it takes part.
      await vi.waitFor(isUp, { timeout: 20_000 })
    })
    afterEach(() => {
      for (const cluster of clusters.splice(0)) cluster.disconnect()
    })
    afterAll(async () => {
      operator.disconnect()
      await other.close()
    })

    const open = (port = server.port): Cluster => {
      const place = { host: server.host, port }
      const natMap = (address: string) => (address.endsWith(`:${server.port}`) ? place : null)
      const cluster = new Cluster([place], { retryDelayOnFailover: 0, natMap, clusterRetryStrategy: () => 5 })
      clusters.push(cluster)
      return resilientRedis(cluster)
    }

    it('replies to commands, pipelines and transactions', async () => {
      const cluster = open()

      expect(await cluster.set('{a}key', 1)).toBe('OK')
      expect(await cluster.get('{a}key')).toBe('1')
      expect(await cluster.pipeline().incr('{a}key').hgetall('{a}none').exec()).toEqual([
        [null, 2],
        [null, {}],
      ])
      expect(await cluster.multi().incr('{a}key').get('{a}key').exec()).toEqual([
        [null, 3],
        [null, '3'],
      ])
      breakerOf(cluster)?.isolate()
      await expect(cluster.get('{a}key')).rejects.toThrow('circuit is isolated')
      await expect(cluster.pipeline().get('{a}key').exec()).rejects.toThrow('circuit is isolated')
    })

    it('does not double what lost its connection', async () => {
      await using proxy = await faultProxy({ target: server })
      const cluster = open(proxy.port)
      await cluster.set('counter', 1)
      const trap = proxy.cutAt({ match: '4711', direction: 'toServer', at: 'after' })

      const failed = errorOf(cluster.incrby('counter', 4_711))
      await trap.sprung

      expect(await failed).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME', operation: 'INCRBY' })
      expect(['1', '4712']).toContain(await operator.get('counter'))
    })

    it('follows to where slots have moved', async () => {
      const cluster = open()
      await cluster.set('{a}key', 1)
      // The client has it wrong, and is told so by the other server.
      for (const slot of cluster.slots.keys()) cluster.slots[slot] = [`${other.host}:${other.port}`]

      expect(await cluster.pipeline().get('{a}key').incr('{a}key').exec()).toEqual([
        [null, '1'],
        [null, 2],
      ])
      for (const slot of cluster.slots.keys()) cluster.slots[slot] = [`${other.host}:${other.port}`]
      expect(await cluster.incr('{a}key')).toBe(3)
    })
  },
  { settings },
)
