import { randomUUID } from 'node:crypto'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSchema } from '../src/tour/create-schema.ts'
import { load } from '../src/tour/load.ts'
import { scrape } from '../src/tour/metrics.ts'
import { readiness } from '../src/tour/readiness.ts'
import { startService } from '../src/tour/service-process.ts'
import { probes } from './manifests.ts'
import { PATIENCE, type RunningService, runService, runServiceForTest } from './running-service.ts'

/** As pino counts. */
const INFO = 30

describePostgres('service', database => {
  let running: RunningService
  beforeAll(async () => {
    await createSchema(database.url)
    running = await runService(database.url)
  })
  afterAll(() => running[Symbol.asyncDispose]())

  it('tells products of its supplier', async () => {
    const { product } = running

    const responses = [await product(7), await product(99), await product('..%2fsecrets')]

    expect(responses.map(({ status }) => status)).toEqual([200, 404, 404])
    expect(await responses[0]?.json()).toEqual({ id: '7', name: 'rope 7', priceCents: 1_007, isStale: false })
  })

  it('places an order once, however often it is sent', async () => {
    const { service, order } = running
    const key = randomUUID()

    const responses = [await order(undefined, key), await order(undefined, key)]
    const found = await fetch(`${service.url}/orders/${key}`)

    expect(responses.map(({ status }) => status)).toEqual([201, 201])
    expect(await found.json()).toEqual({ key, productId: '7', quantity: 1 })
  })

  it('refuses what is no order, and another one under the same key', async () => {
    const { order } = running
    const key = randomUUID()
    await order({ productId: '7', quantity: 1 }, key)

    const responses = [
      await order({ productId: '7', quantity: 2 }, key),
      await order({ productId: '7' }),
      await order({ productId: '7', quantity: -1 }),
      await order({ productId: '7', quantity: 1 }, 'mine'),
    ]

    expect(responses.map(({ status }) => status)).toEqual([422, 400, 400, 400])
  })

  it('answers the probes of the manifest', async () => {
    const { service } = running

    const paths = Object.values(probes).map(({ httpGet }) => httpGet.path)
    const statuses = await Promise.all(paths.map(async path => (await fetch(`${service.url}${path}`)).status))

    expect(statuses).toEqual([200, 200, 200])
  })

  it('answers every request under load, and counts the calls that it makes for them', async () => {
    const { service } = running

    const { products, orders } = await load(service.url, 500)
    const metrics = await scrape(service.metricsUrl)

    expect([Object.keys(products.statuses), products.errors]).toEqual([['200'], 0])
    expect([Object.keys(orders.statuses), orders.errors]).toEqual([['201'], 0])
    const calls = metrics.sum('holdfast_call_duration_count', {
      holdfast_policy_name: 'supplier',
      holdfast_outcome: 'value',
    })
    expect(calls).toBeGreaterThanOrEqual(products.statuses['200'] ?? Infinity)
  })

  it('asks its supplier for nobody who has gone, and takes that for no error', async () => {
    const { service, supplier, product } = await runServiceForTest(database.url)
    supplier.mode = 'hangs'
    const customer = new AbortController()
    const request = product(1, { signal: customer.signal })
    await expect.poll(() => supplier.hanging, PATIENCE).toBe(1)

    customer.abort(new Error('gone'))
    await expect(request).rejects.toThrow('gone')
    await expect.poll(() => supplier.hanging, PATIENCE).toBe(0)
    const metrics = await scrape(service.metricsUrl)

    expect(
      metrics.sum('holdfast_call_duration_count', {
        holdfast_policy_name: 'supplier',
        holdfast_outcome: 'cancelled',
      }),
    ).toBe(1)
    expect(service.log.filter(({ level }) => Number(level) > INFO)).toEqual([])
  })

  it('gives up with the deadline of its caller', async () => {
    const { supplier, product } = await runServiceForTest(database.url)
    supplier.mode = 'hangs'

    const response = await product(1, { headers: { 'holdfast-deadline-ms': '50' } })

    expect(response.status).toBe(504)
    // Without it, there would have been time for another attempt.
    expect(supplier.asked).toBe(1)
  })

  it('turns away what is too much, and answers probes all the same', async () => {
    const { service, supplier, product } = await runServiceForTest(database.url, {
      MAX_CONCURRENT: '1',
      MAX_QUEUED: '0',
    })
    supplier.mode = 'hangs'
    const first = product(1)
    await expect.poll(() => supplier.hanging, PATIENCE).toBe(1)

    const second = await product(2)
    const probed = await readiness(service.url)
    supplier.mode = 'answers'

    expect(second.status).toBe(503)
    expect(second.headers.get('retry-after')).toBe('1')
    expect(probed.code).toBe(200)
    expect((await first).status).toBe(200)
  })

  it('traces a request down to the attempts of its calls', async () => {
    const { service, product } = await runServiceForTest(database.url, { TRACE_RATIO: '1' })

    await product(1)
    const request = await service.logged(/^span GET \/products\/:id$/)
    const supplied = await service.logged(/^span supplier$/)
    const offered = await service.logged(/^span products\.last-known$/)

    expect(offered).toMatchObject({ traceId: request['traceId'], parentId: request['spanId'] })
    expect(supplied).toMatchObject({ traceId: request['traceId'], parentId: offered['spanId'] })
    expect(supplied['events']).toEqual(['attempt.started', 'attempt.settled'])
  })
})

describe('service without what it needs', () => {
  it('says all that is wrong with its environment, and ends with 1', async () => {
    const starting = startService({ DATABASE_URL: 'postgres://db', GRACE_MS: 'long' })

    await expect(starting).rejects.toThrow(
      /ended with 1 .*the environment makes no sense: SUPPLIER_URL must be .*; GRACE_MS must be an integer/,
    )
  })
})
