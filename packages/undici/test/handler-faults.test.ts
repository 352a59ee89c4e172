import { faultServer, ok, status } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { recordingHandler } from './recording-handler.ts'
import { resilientAgent, undicis } from './undicis.ts'

describe.each(undicis)('a handler of $version', ({ undici }) => {
  it.each(['onRequestStart', 'onResponseStart', 'onResponseData', 'onResponseEnd'] as const)(
    'is told what it throws itself in %s',
    async callback => {
      await using server = await faultServer()
      await using agent = resilientAgent(undici)
      const fault = new Error('fault of the handler')
      const handler = recordingHandler({
        [callback]: () => {
          throw fault
        },
      })
      server.script('/kelp', [ok('kelp')])

      agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)

      expect(await handler.ended).toBe(fault)
      expect(handler.told.filter(told => told === 'error')).toHaveLength(1)
    },
  )

  it.each(['onResponseStart', 'onResponseData', 'onResponseEnd'] as const)(
    'is told what it throws itself in %s of a response that was held',
    async callback => {
      await using server = await faultServer()
      await using agent = resilientAgent(undici)
      const fault = new Error('fault of the handler')
      const handler = recordingHandler({
        [callback]: () => {
          throw fault
        },
      })
      server.script('/kelp', [status(503, {}, 'no'), status(503, {}, 'no'), status(503, {}, 'no')])

      agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)

      expect(await handler.ended).toBe(fault)
      expect(handler.told.filter(told => told === 'error')).toHaveLength(1)
    },
  )
})
