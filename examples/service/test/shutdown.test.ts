import { randomUUID } from 'node:crypto'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import type { Environment } from '../src/service/config.ts'
import { createSchema } from '../src/tour/create-schema.ts'
import { sendCustomers } from '../src/tour/customers.ts'
import { readiness } from '../src/tour/readiness.ts'
import { PATIENCE, runServiceForTest } from './running-service.ts'

describePostgres('service that is told to end', database => {
  beforeAll(() => createSchema(database.url))

  /** One whose supplier has been asked, and hangs. */
  async function startWithRequest(env?: Environment) {
    const running = await runServiceForTest(database.url, env)
    running.supplier.mode = 'hangs'
    const inFlight = running.product(1)
    // Its rejection is looked at by the test.
    inFlight.catch(() => {})
    await expect.poll(() => running.supplier.hanging, PATIENCE).toBe(1)
    return { ...running, inFlight }
  }

  it('fails its readiness first, then stops to listen, then closes what it has opened', async () => {
    const { service, supplier, inFlight } = await startWithRequest()
    const isRefused = () =>
      fetch(`${service.url}/livez`).then(
        () => false,
        () => true,
      )

    service.signal('SIGTERM')
    await expect.poll(() => readiness(service.url), PATIENCE).toEqual({ code: 503, status: 'down' })
    const late = await fetch(`${service.url}/orders/${randomUUID()}`)
    await expect.poll(isRefused, PATIENCE).toBe(true)
    supplier.mode = 'answers'
    const response = await inFlight
    const exitCode = await service.exited

    expect([late.status, late.headers.get('connection')]).toEqual([404, 'close'])
    expect(response.status).toBe(200)
    expect(exitCode).toBe(0)
    expect(await service.logged(/shut down: SIGTERM$/)).toMatchObject({
      reason: 'SIGTERM',
      aborted: { requests: 0, calls: 0 },
      closed: ['database closed', 'metrics closed', 'telemetry closed'],
    })
  })

  it('loses no request of a balancer, under load', async () => {
    const { service } = await runServiceForTest(database.url)
    const customers = sendCustomers(service.url, { count: 8 })
    onTestFinished(() => customers.leave())
    await expect.poll(() => customers.seen.get(200), PATIENCE).toBeGreaterThan(50)

    service.signal('SIGTERM')
    const exitCode = await service.exited
    await customers.leave()

    expect(customers.stoppedBy).toBe(503)
    expect([...customers.seen.keys()]).toEqual([200])
    expect(exitCode).toBe(0)
  })

  it('aborts what outlives the grace, tells its customer so, and ends with 1', async () => {
    const { service, inFlight } = await startWithRequest({ DRAIN_DELAY_MS: '0', GRACE_MS: '50' })

    service.signal('SIGTERM')
    const response = await inFlight
    const exitCode = await service.exited

    expect(response.status).toBe(503)
    expect(exitCode).toBe(1)
    expect(await service.logged(/shut down: SIGTERM$/)).toMatchObject({ aborted: { requests: 1 } })
  })

  it('ends at once when it is told twice', async () => {
    const { service } = await startWithRequest({ DRAIN_DELAY_MS: '600000' })

    service.signal('SIGTERM')
    await service.logged(/shutting down: SIGTERM$/)
    service.signal('SIGTERM')

    expect(await service.exited).toBe(128 + 15)
  })
})
