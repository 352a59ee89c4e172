import type { Call } from '@holdfast/core'
import { requestOf } from '@holdfast/fetch'
import { retry } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { client, clientOn, ended, ORIGIN } from './client.ts'
import { reset } from './network-errors.ts'
import { answers, fails } from './scripted-fetch.ts'

describe('requestOf', () => {
  it('tells callbacks of all policies which request they are asked about', async () => {
    const told: unknown[] = []
    const tell = (call: Call): void => void told.push(requestOf(call)?.method, requestOf(call)?.key)
    const { api, clock } = client([fails(reset()), answers(200)], {
      attempt: {
        timeoutMs: call => {
          tell(call)
          return 5_000
        },
      },
      breaker: {
        ignores: ({ call }) => {
          tell(call)
          return false
        },
      },
    })

    await ended(clock, api(ORIGIN, { method: 'delete' }))

    expect(told).toEqual(Array.from({ length: 3 }, () => ['DELETE', ORIGIN]).flat())
  })

  it('tells policies of the user, too', async () => {
    const clock = virtualClock()
    const methods: unknown[] = []
    const policy = retry({ clock, handles: ({ call }) => methods.push(requestOf(call)?.method) === 0 })
    const { api } = clientOn(clock, [fails(reset())], { retry: policy })

    await ended(clock, api(ORIGIN)).catch(() => {})

    expect(methods).toEqual(['GET'])
  })

  it('knows nothing of calls of others', async () => {
    const found = await retry().run(call => requestOf(call))

    expect(found).toBeUndefined()
  })
})

describe('context', () => {
  it('is what callbacks find, beside the request', async () => {
    const seen: unknown[] = []
    const { api, clock } = client([fails(reset()), answers(200)], {
      retry: {
        handles: ({ call }) => {
          seen.push((call.context as { tenant?: string }).tenant, requestOf(call)?.method)
          return true
        },
      },
    })

    await ended(clock, api(ORIGIN, { context: { tenant: 'north' } }))

    expect(seen).toEqual(['north', 'GET'])
  })

  it('cannot stand for the request', async () => {
    const seen: unknown[] = []
    const { api, clock } = client([fails(reset()), answers(200)], {
      retry: { handles: ({ call }) => seen.push(requestOf(call)?.method) > 0 },
    })

    await ended(clock, api(ORIGIN, { context: { http: 'mine' } }))

    expect(seen).toEqual(['GET'])
  })
})
