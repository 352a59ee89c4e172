import { admission, ClientGoneError, type ServerCall } from '@holdfast/lifecycle'
import { abortedRequests, admit, callOf, health } from '@holdfast/lifecycle/hono'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { quietLife } from './frameworks.ts'
import { eventually } from './open-server.ts'

const URL = 'http://kelp.example/work'

describe('on Hono without Node', () => {
  it('the signal of the request tells that its client has gone', async () => {
    const client = new AbortController()
    const calls: ServerCall[] = []
    const app = new Hono()
    app.get('/work', context => {
      const call = callOf(context)
      calls.push(call)
      return new Promise((_resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(call.signal.reason as Error))
        client.abort()
      })
    })
    app.onError(abortedRequests((_, context) => context.text('failed', 500)))

    const response = await app.request(new Request(URL, { signal: client.signal }))

    expect(calls[0]?.signal.reason).toBeInstanceOf(ClientGoneError)
    expect(response.status).toBe(499)
  })

  it('the deadline of the client ends the work with 504', async () => {
    const app = new Hono()
    app.get('/work', context => {
      const { signal } = callOf(context, { deadlineHeader: true })
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    })
    app.onError(abortedRequests((_, context) => context.text('failed', 500)))

    const response = await app.request(URL, { headers: { 'holdfast-deadline-ms': '10' } })

    expect(response.status).toBe(504)
  })

  it('a slot is held until the response is made, and the rest refused', async () => {
    const gate = admission({ maxConcurrent: 1 })
    const ends: (() => void)[] = []
    const app = new Hono()
    app.use(health(quietLife()))
    app.use(admit(gate))
    app.get('/work', async context => {
      await new Promise<void>(resolve => {
        ends.push(resolve)
      })
      return context.text('kelp')
    })

    const first = app.request(URL)
    await eventually(() => expect(ends.length).toBe(1))
    const refused = await app.request(URL)
    const alive = await app.request('http://kelp.example/livez')
    ends[0]?.()

    expect([refused.status, refused.headers.get('retry-after'), alive.status]).toEqual([503, '1', 200])
    expect([(await first).status, gate.bulkhead.active]).toEqual([200, 0])
  })

  it('nobody is let in while the event loop is late', async () => {
    const app = new Hono()
    app.use(admit(admission({ maxConcurrent: 1, maxLagMs: 100, lag: { lagMs: 200 } })))
    app.get('/work', context => context.text('kelp'))

    expect((await app.request(URL)).status).toBe(503)
  })
})
