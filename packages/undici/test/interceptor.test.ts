import { resilient } from '@holdfast/undici'
import { describe, expect, it } from 'vitest'
import { recordingHandler } from './recording-handler.ts'
import { undicis } from './undicis.ts'

describe('an interceptor', () => {
  it.each(undicis)('composes with $version', ({ undici }) => {
    expect(() => new undici.Agent().compose(resilient(), resilient())).not.toThrow()
  })

  it('says what the dispatcher says of being busy', () => {
    const handler = recordingHandler()
    const request = { origin: 'http://kelp.example', path: '/', method: 'GET' as const }

    const busy = resilient()(() => false)(request, handler)
    const idle = resilient()(() => true)(request, handler)

    expect([busy, idle]).toEqual([false, true])
  })

  it('tells the handler what a dispatcher throws', async () => {
    const handler = recordingHandler()
    const fault = new Error('fault of another interceptor')
    const dispatch = resilient()(() => {
      throw fault
    })

    dispatch({ origin: 'http://kelp.example', path: '/', method: 'GET' }, handler)

    expect(await handler.ended).toBe(fault)
  })
})
