import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@holdfast/core'
import type { Check } from '@holdfast/lifecycle'
import autocannon from 'autocannon'
import { describe, expect, it, onTestFinished } from 'vitest'
import { observedLife } from './observed-life.ts'

/** A service that answers probes, and has started. */
async function service(checks: Readonly<Record<string, Check>>) {
  const server: Server = createServer((request, response) => {
    const probe = request.url?.slice(1) as 'live' | 'ready' | 'startup'
    life.handlers[probe](request, response)
  })
  const { life } = observedLife({ checks, checkIntervalMs: 300, checkTimeoutMs: 50, clock: systemClock })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await life.shutdown({ reason: 'over' })
  })
  return { life, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('the handlers of probes', () => {
  it('answer with JSON that nobody keeps', async () => {
    const { life, url } = await service({ disk: { check: () => false } })
    life.started()

    const answer = await fetch(`${url}/ready`)

    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toEqual({
      status: 'degraded',
      state: 'running',
      checks: { disk: { status: 'down', impact: 'degrading' } },
    })
  })

  it('answer 503 before the start, but for liveness', async () => {
    const { url } = await service({})

    const statuses = await Promise.all(
      ['live', 'ready', 'startup'].map(async probe => (await fetch(`${url}/${probe}`)).status),
    )

    expect(statuses).toEqual([200, 503, 503])
  })

  it('answer HEAD without a body', async () => {
    const { url } = await service({})

    const answer = await fetch(`${url}/ready`, { method: 'HEAD' })

    expect([answer.status, await answer.text()]).toEqual([503, ''])
  })

  it('tell no message of an error', async () => {
    const check = (): never => {
      throw new Error('postgres://admin:secret@db is down')
    }
    const { life, url } = await service({ postgres: { check, impact: 'critical' } })
    life.started()

    const answer = await fetch(`${url}/ready`)

    expect(answer.status).toBe(503)
    expect(await answer.text()).not.toContain('secret')
  })

  it('answer 10 000 probes while a dependency hangs, which is asked once in an interval', async () => {
    let made = 0
    const check = (): Promise<never> => {
      made++
      return new Promise(() => {})
    }
    const { life, url } = await service({ redis: { check } })
    life.started()

    const startMs = performance.now()
    const result = await autocannon({ url: `${url}/ready`, amount: 10_000, connections: 50 })
    const intervals = (performance.now() - startMs) / 300

    expect([result['2xx'], result.non2xx, result.errors]).toEqual([10_000, 0, 0])
    expect(made).toBeGreaterThan(0)
    expect(made).toBeLessThanOrEqual(Math.floor(intervals) + 1)
  })
})
