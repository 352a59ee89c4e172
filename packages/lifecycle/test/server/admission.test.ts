import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { observe } from '@holdfast/core'
import { type AdmissionOptions, admission } from '@holdfast/lifecycle'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { client, eventually, get, listening, textOf } from './open-server.ts'

/** A server behind `admission`, whose requests wait for the test. */
async function guarded(options: AdmissionOptions) {
  const gate = admission(options)
  const inside: { request: IncomingMessage; response: ServerResponse }[] = []
  const port = await listening(createServer(gate.handle((request, response) => inside.push({ request, response }))))
  const url = `http://127.0.0.1:${port}`
  const begin = async (path = '/'): Promise<Socket> => client(port, get(path, 'connection: close'))
  const served = (count: number) => eventually(() => expect(inside.length).toBe(count))
  const queued = (count: number) => eventually(() => expect(gate.bulkhead.queued).toBe(count))
  return { gate, inside, port, url, begin, served, queued }
}

describe('admission', () => {
  it('lets in what there is room for', async () => {
    const { begin, served, inside, gate } = await guarded({ maxConcurrent: 2 })
    const answers = [textOf(await begin()), textOf(await begin())]
    await served(2)
    const { active } = gate.bulkhead

    for (const { response } of inside) response.end('kelp')

    expect(active).toBe(2)
    expect(await Promise.all(answers)).toEqual([expect.stringMatching(/kelp$/), expect.stringMatching(/kelp$/)])
    expect(gate.bulkhead.active).toBe(0)
  })

  it('answers the rest at once, with 503 and when to come back', async () => {
    const { begin, served, url } = await guarded({ maxConcurrent: 1, retryAfterMs: 1_500 })
    await begin()
    await served(1)

    const response = await fetch(url)

    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('2')
    expect(response.headers.get('connection')).toBe('keep-alive')
    expect(await response.text()).toBe('Service Unavailable')
  })

  it('tells observers of those that it refuses', async () => {
    const types: string[] = []
    onTestFinished(observe({ event: ({ type, policy }) => void types.push(`${policy.name} ${type}`) }))
    const { begin, served, url } = await guarded({ maxConcurrent: 1, name: 'shop' })
    await begin()
    await served(1)

    await fetch(url)

    expect(types).toContain('shop bulkhead.rejected')
  })

  it('holds a slot until the response is sent, and gives it back once', async () => {
    const { begin, served, inside, gate } = await guarded({ maxConcurrent: 1, maxQueued: 2 })
    const first = textOf(await begin())
    await served(1)
    inside[0]?.response.write('half')
    const during = gate.bulkhead.active
    inside[0]?.response.end()
    await first

    const second = await begin()
    await served(2)

    expect([during, gate.bulkhead.active, gate.bulkhead.queued]).toEqual([1, 1, 0])
    second.destroy()
  })

  it('gives a slot back when the client of it goes away', async () => {
    const { begin, served, gate } = await guarded({ maxConcurrent: 1 })
    const socket = await begin()
    await served(1)

    socket.destroy()

    await eventually(() => expect(gate.bulkhead.active).toBe(0))
  })

  it('gives the slots back of requests that came at once, when their client goes away', async () => {
    const { port, served, gate } = await guarded({ maxConcurrent: 3 })
    const socket = await client(port, get('/first') + get('/second') + get('/third'))
    await served(3)

    socket.destroy()

    await eventually(() => expect(gate.bulkhead.active).toBe(0))
  })

  it('has requests wait in the order in which they came', async () => {
    const { begin, served, queued, inside } = await guarded({ maxConcurrent: 1, maxQueued: 2, maxWaitMs: Infinity })
    await begin('/first')
    await served(1)
    await begin('/second')
    await queued(1)
    await begin('/third')
    await queued(2)

    for (let done = 0; done < 3; done++) {
      await served(done + 1)
      inside[done]?.response.end()
    }

    expect(inside.map(({ request }) => request.url)).toEqual(['/first', '/second', '/third'])
  })

  it('refuses a request that has waited too long', async () => {
    const clock = virtualClock()
    const { begin, served, queued } = await guarded({ maxConcurrent: 1, maxQueued: 1, maxWaitMs: 100, clock })
    await begin()
    await served(1)
    const waiting = textOf(await begin())
    await queued(1)

    await clock.advance(100)

    expect(await waiting).toMatch(/^HTTP\/1.1 503 /)
  })

  it('takes a request out of the queue when its client goes away', async () => {
    const { begin, served, queued, inside } = await guarded({ maxConcurrent: 1, maxQueued: 1, maxWaitMs: Infinity })
    await begin('/first')
    await served(1)
    const leaving = await begin('/second')
    await queued(1)

    leaving.destroy()
    await queued(0)
    await begin('/third')
    await queued(1)
    inside[0]?.response.end()
    await served(2)

    expect(inside[1]?.request.url).toBe('/third')
  })

  it('loses no slot when a client leaves as its turn comes', async () => {
    const { begin, served, queued, inside, gate } = await guarded({
      maxConcurrent: 1,
      maxQueued: 9,
      maxWaitMs: Infinity,
    })
    await begin()
    await served(1)
    const sockets: Socket[] = []
    for (let waiting = 1; waiting < 10; waiting++) {
      sockets.push(await begin())
      await queued(waiting)
    }

    inside[0]?.response.end()
    for (const socket of sockets) socket.destroy()

    await eventually(() => expect([gate.bulkhead.active, gate.bulkhead.queued]).toEqual([0, 0]))
  })

  it('closes a connection on which a long body is still to come', async () => {
    const { begin, port, served } = await guarded({ maxConcurrent: 1 })
    await begin()
    await served(1)

    const socket = await client(port, 'POST / HTTP/1.1\r\nhost: kelp\r\ncontent-length: 1000000\r\n\r\n')

    expect(await textOf(socket)).toMatch(/^HTTP\/1.1 503 [\s\S]*\r\nconnection: close\r\n/i)
  })

  it('sends a chunked body that nobody reads away', async () => {
    const { begin, port, served } = await guarded({ maxConcurrent: 1 })
    await begin()
    await served(1)

    const socket = await client(port, 'POST / HTTP/1.1\r\nhost: kelp\r\ntransfer-encoding: chunked\r\n\r\n')

    expect(await textOf(socket)).toMatch(/\r\nconnection: close\r\n/i)
  })
})

describe('admission by the lag of the event loop', () => {
  it('lets nobody in while the loop is late, and until it has recovered', async () => {
    const lag = { lagMs: 100 }
    const { begin, served, url } = await guarded({ maxConcurrent: 10, maxLagMs: 100, lag })
    await begin()
    await served(1)

    const statuses: number[] = []
    for (const lagMs of [101, 71]) {
      lag.lagMs = lagMs
      statuses.push((await fetch(url)).status)
    }
    lag.lagMs = 70
    await begin()
    await served(2)

    expect(statuses).toEqual([503, 503])
  })

  it('is told, for a check of readiness', () => {
    const lag = { lagMs: 0 }
    const gate = admission({ maxConcurrent: 1, maxLagMs: 100, lag })

    const calm = gate.isLagging
    lag.lagMs = 150
    const late = gate.isLagging

    expect([calm, late]).toEqual([false, true])
  })

  it('looks at the loop of the process by itself, and lets requests in again when a block is over', async () => {
    const { begin, inside, served, url } = await guarded({ maxConcurrent: 10, maxLagMs: 100 })

    const endMs = performance.now() + 600
    while (performance.now() < endMs);
    const { status } = await fetch(url)

    expect(status).toBe(503)
    await eventually(async () => {
      const socket = await begin()
      await once(socket, 'close', { signal: AbortSignal.timeout(50) }).catch(() => {})
      expect(inside.length).toBeGreaterThan(0)
    })
    await served(1)
  })
})

describe('the options of admission', () => {
  it.each([
    [{}, /^admission: maxConcurrent/],
    [{ maxConcurrent: 0 }, 'admission: maxConcurrent must be an integer of at least 1, got 0'],
    [{ maxConcurrent: 1, maxQueued: -1 }, /^admission: maxQueued must be/],
    [{ maxConcurrent: 1, maxWaitMs: -1 }, /^admission: maxWaitMs must be/],
    [{ maxConcurrent: 1, maxLagMs: 0 }, /^admission: maxLagMs must be/],
    [{ maxConcurrent: 1, retryAfterMs: 'soon' }, /^admission: retryAfterMs must be/],
    [{ maxConcurrent: 1, name: '' }, /^admission: name must be/],
    [{ maxConcurrent: 1, lag: {} }, /^admission: lag must be/],
    [{ maxConcurrent: 1, clock: {} }, /^admission: clock must be/],
    [{ maxConcurrent: 1, maxQueue: 1 }, /^admission: .*maxQueue/],
  ])('refuses %j', (options, message) => {
    expect(() => admission(options as never)).toThrow(message)
  })
})
