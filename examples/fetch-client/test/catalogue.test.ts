import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { UnexpectedAnswer } from '../src/answers.ts'
import { CatalogueError, catalogue, type LogLine } from '../src/catalogue.ts'
import { type Mood, startCatalogueServer } from '../src/catalogue-server.ts'
import { startServer } from '../src/local-server.ts'

const rope = { id: '7', name: 'rope', priceCents: 1_200 }

/** The client and its catalogue on real sockets. Waits pass at once, by a clock of their own. */
async function start(...next: readonly Mood[]) {
  const server = await startCatalogueServer()
  server.next.push(...next)
  onTestFinished(() => server.close())
  return { server, ...connect(server.url) }
}

function connect(url: string) {
  const clock = virtualClock()
  const lines: LogLine[] = []
  let tellLogged = (): void => {}
  const logged = new Promise<void>(resolve => {
    tellLogged = resolve
  })
  const log = (line: LogLine): void => {
    lines.push(line)
    tellLogged()
  }
  const client = catalogue({ url, clock, random: () => 1, log })
  // Also a timer of 0 ms takes 1.
  client.policy.subscribe(event =>
    event.type === 'retry.scheduled' ? clock.advance(Math.max(1, event.delayMs)) : undefined,
  )
  return { clock, client, lines, logged }
}

describe('client of the catalogue', () => {
  it('answers with a product', async () => {
    const { client, lines } = await start()

    const product = await client.product('7')

    expect(product).toEqual(rope)
    expect(lines).toEqual([{ request: 'GET /products/7', outcome: '200' }])
  })

  it('asks once for a product that does not exist', async () => {
    const { client, server } = await start()

    const product = await client.product('8')

    expect(product).toBeUndefined()
    expect(server.requests).toBe(1)
  })

  it('asks for an id and nothing else, whatever is in it', async () => {
    const { client, lines } = await start()

    await client.product('../orders?all')

    expect(lines[0]?.request).toBe('GET /products/..%2Forders%3Fall')
  })

  it('asks again after a busy answer and a lost connection, and tells the log', async () => {
    const { client, lines } = await start('busy', 'forgetful')

    const product = await client.product('7')

    expect(product).toEqual(rope)
    const retry = { attempts: 3, waitedMs: 0, stopped: 'succeeded' }
    expect(lines).toEqual([{ request: 'GET /products/7', outcome: '200', retry }])
  })

  it('repeats an order whose answer was lost, which is carried out once', async () => {
    const { client, server } = await start('forgetful')

    const receipt = await client.order({ productId: '7', quantity: 3 })

    expect(receipt).toEqual({ orderId: 'order-1', totalCents: 3_600 })
    expect(server.requests).toBe(2)
    expect(server.orders).toBe(1)
  })

  it('carries out each of two equal orders', async () => {
    const { client, server } = await start()
    const order = { productId: '7', quantity: 3 }

    await client.order(order)
    await client.order(order)

    expect(server.orders).toBe(2)
  })

  it('rejects with the status of an order that is refused', async () => {
    const { client, server } = await start()

    const receipt = client.order({ productId: '8', quantity: 1 })

    await expect(receipt).rejects.toEqual(new CatalogueError('POST /orders', 404))
    expect(server.requests).toBe(1)
  })

  it('rejects with the status of the last attempt', async () => {
    const { client, lines } = await start('failing', 'failing', 'failing')

    const product = client.product('7')

    await expect(product).rejects.toThrow('GET /products/7: the catalogue answered 500')
    expect(lines[0]?.retry).toEqual({ attempts: 3, waitedMs: 300, stopped: 'attempts' })
  })

  it('leaves the catalogue alone while the circuit is open, and asks again when it may', async () => {
    const { client, clock, server } = await start()
    server.mood = 'failing'
    while (client.breaker?.state !== 'open') await client.product('7').catch(() => {})
    const { requests } = server

    const whileOpen = client.product('7')
    await expect(whileOpen).rejects.toThrow('catalogue.breaker: circuit is open')
    const requestsWhileOpen = server.requests - requests
    server.mood = 'healthy'
    await clock.advance(2_000)
    const afterwards = await client.product('7')

    expect(requestsWhileOpen).toBe(0)
    expect(afterwards).toEqual(rope)
    expect(client.breaker.state).toBe('closed')
  })

  it('aborts its request when the caller leaves, and asks no more', async () => {
    const { client, server, lines } = await start('hanging')
    const [caller, reason] = [new AbortController(), new Error('left')]

    const hanging = server.nextHanging()
    const product = client.product('7', { signal: caller.signal })
    const aborted = once(await hanging, 'close')
    caller.abort(reason)

    await expect(product).rejects.toBe(reason)
    await aborted
    expect(server.requests).toBe(1)
    expect(lines).toEqual([{ request: 'GET /products/7', outcome: 'Error' }])
  })
})

describe('answers', () => {
  it.each([
    ['no JSON', 'Welcome', 'expected JSON, got Welcome'],
    ['null', 'null', 'expected a product'],
    ['a product without a name', '{"id":"7","priceCents":1}', 'name must be a string, got undefined'],
    ['a price in another unit', '{"id":"7","name":"rope","priceCents":12.5}', 'priceCents must be an integer'],
  ])('reject %s', async (_, text, message) => {
    const { client } = await startAnswering(response => response.end(text))

    const product = client.product('7')

    await expect(product).rejects.toThrow(UnexpectedAnswer)
    await expect(product).rejects.toThrow(message)
  })

  it('that refuse are not kept waiting to be read', async () => {
    const closed: Promise<unknown>[] = []
    const { client } = await startAnswering(response => {
      closed.push(once(response, 'close'))
      response.writeHead(400).write('the first of many reasons')
    })

    const product = client.product('7')

    await expect(product).rejects.toThrow('the catalogue answered 400')
    await Promise.all(closed)
    expect(closed.length).toBe(1)
  })

  it('that break off are no unexpected answers', async () => {
    const { client } = await startAnswering(response => {
      response.write('{"id":', () => response.destroy())
    })

    const product = client.product('7')

    await expect(product).rejects.toThrow('terminated')
  })

  it('that never end are bounded by the limit of the call', async () => {
    const { client, clock, logged } = await startAnswering(response => response.write('{"id":'))

    const product = client.product('7')
    await logged
    const rejected = expect(product).rejects.toThrow('catalogue.total: no answer within 3000 ms')
    await clock.advance(3_000)

    await rejected
  })
})

/** The client of a catalogue that answers everything alike. `logged` resolves when headers have come. */
async function startAnswering(answer: (response: ServerResponse) => unknown) {
  const server = await startServer((_, response) => answer(response))
  onTestFinished(() => server.close())
  return connect(server.url)
}
