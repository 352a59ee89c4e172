import type { Call, CallContext } from '@holdfast/core'
import { describeRedis } from '@holdfast/database-servers/vitest'
import { commandOf, policyOf, type RedisCommand, withCallOptions } from '@holdfast/redis'
import { constant, retryInfo } from '@holdfast/retry'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { describe, expect, it, vi } from 'vitest'
import { errorOf, subjects } from './subjects.ts'

describeRedis('a callback of a policy of a resilient client', server => {
  describe.each(subjects)('%s', (_, open) => {
    it('knows the command, and the caller’s own context', async () => {
      const seen: unknown[] = []
      const timeoutMs = (call: Call): number => {
        const { name, args } = commandOf(call) as RedisCommand
        seen.push([name, args, (call.context as { tenant?: string }).tenant])
        return 1_000
      }
      using subject = await open(server, { command: { timeoutMs } })
      const context: CallContext & { tenant: string } = { tenant: 'reef' }
      const view = withCallOptions(subject.redis, { context })

      await subject.say('set', 'key', 'value')
      await subject.sayThrough(view, 'GET', 'key')
      await subject.multi(['GET', 'key'], ['INCR', 'counter'])
      await subject.pipeline(['GET', 'key'])

      expect(seen).toEqual([
        ['SET', ['key', 'value'], undefined],
        ['GET', ['key'], 'reef'],
        ['MULTI', expect.arrayContaining(['GET', 'INCR']), undefined],
        ['PIPELINE', ['GET'], undefined],
      ])
    })

    it('is not asked while the policies are off, and nothing is doubled then', async () => {
      const handles = vi.fn(() => true)
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { enabled: () => false, retry: { handles } })
      proxy.cutAt({ match: 'counter', direction: 'toServer', at: 'after' })

      expect(await errorOf(subject.say('INCR', 'counter'))).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
      expect(handles).not.toHaveBeenCalled()
    })

    it('hears of attempts, and so does who has the error', async () => {
      await using proxy = await faultProxy({ target: server })
      using subject = await open(proxy, { retry: { backoff: constant({ delayMs: 0, jitter: 'none' }) } })
      const types: string[] = []
      policyOf(subject.redis).subscribe(({ type }) => void types.push(type))
      proxy.cutAt({ match: 'key', direction: 'toServer', how: 'reset', times: 3 })

      const error = await errorOf(subject.say('GET', 'key'))

      expect(retryInfo(error)).toMatchObject({ attempts: 3, stopped: 'attempts' })
      expect(types).toEqual(['retry.scheduled', 'retry.scheduled', 'retry.exhausted'])
    })

    it('need not be there: without limits there are none', async () => {
      using subject = await open(server, { total: false, retry: false, breaker: false, command: false })

      expect(await subject.say('SET', 'key', 'value')).toBeTruthy()
      expect(await subject.multi(['GET', 'key'])).toBeTruthy()
      expect(await subject.pipeline(['GET', 'key'])).toBeTruthy()
    })
  })
})

describe('commandOf', () => {
  it('is undefined for calls of others', () => {
    expect(commandOf({ context: {} } as never)).toBeUndefined()
  })
})
