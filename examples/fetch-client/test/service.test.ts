import type { ServerResponse } from 'node:http'
import { finished } from 'node:stream/promises'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { catalogue } from '../src/catalogue.ts'
import { startServer } from '../src/local-server.ts'
import { startService } from '../src/service.ts'

const rope = { id: '7', name: 'rope' }
const succeed = (response: ServerResponse): unknown => response.end(JSON.stringify(rope))
const fail = (response: ServerResponse): unknown => response.writeHead(500).end()

/** The service and its catalogue on real sockets. Waits pass at once, by a clock of their own. */
async function start(answer: (response: ServerResponse) => unknown) {
  const responses: ServerResponse[] = []
  const server = await startServer((_, response) => {
    responses.push(response)
    answer(response)
  })
  const clock = virtualClock()
  const client = catalogue({ url: server.url, clock, random: () => 1 })
  client.policy.subscribe(event => (event.type === 'retry.scheduled' ? clock.advance(event.delayMs) : undefined))
  const service = await startService(client)
  onTestFinished(async () => {
    await service.close()
    await server.close()
  })

  return {
    clock,
    client,
    recording: record(client.policy),
    get: (path: string, signal: AbortSignal | null = null) => fetch(service.url + path, { signal }),
    /** Those of the catalogue. */
    responses,
    get requests() {
      return responses.length
    },
  }
}

describe('service', () => {
  it('answers with a product of the catalogue', async () => {
    const { get } = await start(succeed)

    const response = await get('/products/7')

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual(rope)
  })

  it('asks once for a product that does not exist', async () => {
    const service = await start(response => response.writeHead(404).end())

    const response = await service.get('/products/8')

    expect(response.status).toBe(404)
    expect(service.requests).toBe(1)
  })

  it('asks once when the catalogue refuses the request, and does not hold it against the catalogue', async () => {
    const service = await start(response => response.writeHead(400).end())

    const responses = await Promise.all(Array.from({ length: 20 }, () => service.get('/products/7')))

    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([502]))
    expect(service.requests).toBe(20)
    expect(service.client.breaker.state).toBe('closed')
  })

  it('asks again when the catalogue fails', async () => {
    const steps = [fail, (response: ServerResponse) => response.destroy(), succeed]
    const service = await start(response => steps.shift()?.(response))

    const response = await service.get('/products/7')

    expect(response.status).toBe(200)
    expect(service.recording.types).toEqual(['retry.scheduled', 'retry.scheduled', 'retry.succeeded'])
  })

  it('waits as long as the catalogue says', async () => {
    const steps = [(response: ServerResponse) => response.writeHead(503, { 'retry-after': '1' }).end(), succeed]
    const service = await start(response => steps.shift()?.(response))

    await service.get('/products/7')

    expect(service.recording.of('retry.scheduled').map(({ delayMs }) => delayMs)).toEqual([1_000])
  })

  it('answers 502 when the last attempt fails', async () => {
    const service = await start(fail)

    const response = await service.get('/products/7')

    expect(response.status).toBe(502)
    expect(service.requests).toBe(3)
  })

  it('answers 504 when the catalogue hangs', async () => {
    // Each request lets the limit of its attempt pass, and the wait after it.
    const service = await start(() => service.clock.advance(1_000))

    const response = await service.get('/products/7')

    expect(response.status).toBe(504)
    expect(service.requests).toBe(3)
  })

  it('answers 503 with Retry-After while the circuit is open, and leaves the catalogue alone', async () => {
    const service = await start(fail)
    while (service.client.breaker.state === 'closed') await service.get('/products/7')
    const { requests } = service

    const response = await service.get('/products/7')

    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('2')
    expect(service.requests).toBe(requests)
  })

  it('gives no Retry-After while the circuit is open by hand', async () => {
    const { get, client } = await start(succeed)
    client.breaker.isolate({ reason: 'migration' })

    const response = await get('/products/7')

    expect(response.status).toBe(503)
    expect(response.headers.has('retry-after')).toBe(false)
  })

  it('asks the catalogue again when the open time has passed', async () => {
    let handle = fail
    const service = await start(response => handle(response))
    while (service.client.breaker.state === 'closed') await service.get('/products/7')
    const available = service.client.breaker.whenAvailable()

    handle = succeed
    await service.clock.advance(2_000)
    await available
    const response = await service.get('/products/7')

    expect(response.status).toBe(200)
    expect(service.client.breaker.state).toBe('closed')
  })

  it('aborts its request when the client leaves, and asks no more', async () => {
    const client = new AbortController()
    const service = await start(() => client.abort())

    const answer = service.get('/products/7', client.signal)

    await expect(answer).rejects.toThrow('aborted')
    await expect(finished(service.responses[0] as ServerResponse)).rejects.toThrow('Premature close')
    await service.clock.advance(3_000)
    expect(service.requests).toBe(1)
    expect(service.recording.types).toEqual([])
  })

  it('leaves no body of a failure unread', async () => {
    const failWithoutEnd = (response: ServerResponse): unknown => response.writeHead(500).write('a'.repeat(1_000))
    const steps = [failWithoutEnd, succeed]
    const service = await start(response => steps.shift()?.(response))

    const response = await service.get('/products/7')

    expect(response.status).toBe(200)
    await expect(finished(service.responses[0] as ServerResponse)).rejects.toThrow('Premature close')
  })
})
