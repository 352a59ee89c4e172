import { once } from 'node:events'
import autocannon from 'autocannon'
import { describe, expect, it, vi } from 'vitest'
import { startService } from '../programs/start-program.ts'

/** Twenty connections that send one request after the other. */
function loadOf(url: string) {
  let answered = 0
  const load = autocannon({ url, connections: 20, duration: 60 }, () => {})
  load.on('response', () => answered++)
  const stop = async (): Promise<autocannon.Result> => {
    const done = once(load, 'done')
    load.stop()
    const [result] = (await done) as [autocannon.Result]
    return result
  }
  return { answered: () => answered, stop }
}

describe('a shutdown under load', () => {
  it('fails no request of a balancer that sends elsewhere what is not ready', async () => {
    const service = await startService({ drainDelayMs: 1_500 })
    const load = loadOf(`${service.origin}/kelp`)
    await vi.waitFor(() => expect(load.answered()).toBeGreaterThan(500), { timeout: 30_000 })

    service.signal('SIGTERM')
    await service.said('draining')
    const answeredBefore = load.answered()
    await vi.waitFor(() => expect(load.answered()).toBeGreaterThan(answeredBefore + 500), { timeout: 30_000 })
    const ready = await fetch(`${service.origin}/ready`)
    const result = await load.stop()

    expect(ready.status).toBe(503)
    expect(service.messages()).not.toContain('listener closed')
    expect([result.errors, result.timeouts, result.non2xx, result.mismatches]).toEqual([0, 0, 0, 0])
    expect(result['2xx']).toBeGreaterThan(1_000)
    expect(await service.exited).toBe(0)
  })

  it('answers all that it has begun, although nobody sends elsewhere', async () => {
    const service = await startService({ drainDelayMs: 200 })
    const load = loadOf(`${service.origin}/kelp`)
    await vi.waitFor(() => expect(load.answered()).toBeGreaterThan(500), { timeout: 30_000 })

    service.signal('SIGTERM')
    const exitCode = await service.exited
    const result = await load.stop()

    const { begun, answered: sent } = await service.said('flushed')
    expect(exitCode).toBe(0)
    expect([result.non2xx, result.mismatches, result.timeouts]).toEqual([0, 0, 0])
    expect(sent).toBe(begun)
    expect(result['2xx']).toBe(sent)
  })
})
