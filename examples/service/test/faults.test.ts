import { describePostgres } from '@holdfast/database-servers/vitest'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { createSchema } from '../src/tour/create-schema.ts'
import { readiness } from '../src/tour/readiness.ts'
import { PATIENCE, runServiceForTest } from './running-service.ts'

describePostgres(
  'service whose dependencies fail',
  database => {
    beforeAll(() => createSchema(database.url))
    const start = () => runServiceForTest(database.url)

    it('tells products as they were last known while the supplier hangs, and stays in rotation', async () => {
      const { service, supplier, product, order, openCircuits } = await start()
      const ids = [1, 2, 3, 4, 5]
      for (const id of ids) await product(id)
      supplier.mode = 'hangs'

      const responses = await Promise.all(ids.map(id => product(id)))
      const open = await openCircuits('supplier.breaker')

      const offers = await Promise.all(responses.map(response => response.json()))
      expect(offers).toEqual(ids.map(id => expect.objectContaining({ id: String(id), isStale: true }) as object))
      expect(open).toBe(1)
      expect((await order()).status).toBe(201)
      // A circuit whose open time is over counts as well, until the next call has found out.
      const told = async () => {
        await product(1)
        return readiness(service.url)
      }
      await expect.poll(told, PATIENCE).toEqual({ code: 200, status: 'degraded' })
    })

    it('says at once when to come again for what it has never known', async () => {
      const { supplier, product } = await start()
      supplier.mode = 'fails'
      await Promise.all([1, 2, 3, 4, 5].map(id => product(id)))

      const response = await product(6)

      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toMatch(/^[1-5]$/)
    })

    it('is well again as soon as the supplier is', async () => {
      const { service, supplier, product } = await start()
      supplier.mode = 'fails'
      await Promise.all([1, 2, 3, 4, 5].map(id => product(id)))

      supplier.mode = 'answers'
      await expect.poll(async () => (await product(1)).status, PATIENCE).toBe(200)

      await expect.poll(() => readiness(service.url), PATIENCE).toEqual({ code: 200, status: 'up' })
    })

    it('asks customers to order later while the database is down, and tells products', async () => {
      const { service, product, order, openCircuits } = await start()
      await database.stop()
      onTestFinished(() => database.start())

      const responses = await Promise.all(Array.from({ length: 10 }, () => order()))

      expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 503))
      expect(responses.every(({ headers }) => /^[1-5]$/.test(headers.get('retry-after') ?? ''))).toBe(true)
      expect(await openCircuits('database.breaker')).toBe(1)
      expect((await product(1)).status).toBe(200)
      expect(await readiness(service.url)).toEqual({ code: 200, status: 'degraded' })
    })

    it('takes orders again as soon as the database is back', async () => {
      const { service, order } = await start()
      await database.stop()
      await order()

      await database.start()
      await expect.poll(async () => (await order()).status, PATIENCE).toBe(201)

      await expect.poll(() => readiness(service.url), PATIENCE).toEqual({ code: 200, status: 'up' })
    })
  },
  { isStopped: true },
)
