import { readFileSync } from 'node:fs'
import process from 'node:process'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createSchema } from '../src/tour/create-schema.ts'
import { type CustomersOptions, sendCustomers } from '../src/tour/customers.ts'
import { type ServiceProcess, startService } from '../src/tour/service-process.ts'
import { startSupplier } from '../src/tour/supplier-server.ts'

/** For a machine that is busy with other things. */
const PATIENCE = { timeout: 30_000 }

/** The processes that have said so, in this order. */
function pidsOf({ log }: ServiceProcess, message: RegExp): number[] {
  return log.filter(({ msg }) => message.test(msg)).map(({ pid }) => Number(pid))
}

describePostgres('cluster', database => {
  beforeAll(() => createSchema(database.url))

  /** Two workers that listen. */
  async function start() {
    const supplier = await startSupplier()
    onTestFinished(() => supplier[Symbol.asyncDispose]())
    const service = await startService(
      { DATABASE_URL: database.url, SUPPLIER_URL: supplier.url, WORKERS: '2', DRAIN_DELAY_MS: '300' },
      'cluster.ts',
    )
    onTestFinished(() => service[Symbol.asyncDispose]())
    await expect.poll(() => pidsOf(service, /^listening$/).length, PATIENCE).toBe(2)
    return service
  }

  /** Customers that have had their first answers. */
  async function customersOf({ url }: ServiceProcess, options: Omit<CustomersOptions, 'count'> = {}) {
    const customers = sendCustomers(url, { ...options, count: 4 })
    onTestFinished(() => customers.leave())
    await expect.poll(() => customers.seen.get(200), PATIENCE).toBeGreaterThan(20)
    return customers
  }

  it('ends its workers in order when the primary is told to, and loses no request', async () => {
    const service = await start()
    const customers = await customersOf(service)

    service.signal('SIGTERM')
    const exitCode = await service.exited
    await customers.leave()

    expect(exitCode).toBe(0)
    expect(new Set(pidsOf(service, /shut down: SIGTERM$/))).toEqual(new Set(pidsOf(service, /^listening$/)))
    expect(customers.stoppedBy).toBe(503)
    expect([...customers.seen.keys()]).toEqual([200])
  })

  it('ends in order when a terminal interrupts all of its processes at once', async () => {
    const service = await start()
    const workers = pidsOf(service, /^listening$/)

    for (const pid of workers) process.kill(pid, 'SIGINT')
    service.signal('SIGINT')

    expect(await service.exited).toBe(0)
    expect(new Set(pidsOf(service, /shut down: SIGTERM$/))).toEqual(new Set(workers))
  })

  it('replaces its workers one after the other on SIGHUP, and loses no request', async () => {
    const service = await start()
    // A balancer would take the service out while one worker of two is not ready.
    const customers = await customersOf(service, { haveBalancer: false })
    const before = pidsOf(service, /^listening$/)

    service.signal('SIGHUP')
    await expect.poll(() => new Set(pidsOf(service, /shut down: SIGTERM$/)), PATIENCE).toEqual(new Set(before))
    await customers.leave()

    expect([...customers.seen.keys()]).toEqual([200])
    expect(pidsOf(service, /^listening$/)).toHaveLength(4)
  })

  it('puts another worker in the place of one that was killed', async () => {
    const service = await start()
    const [killed = 0, other] = pidsOf(service, /^listening$/)

    process.kill(killed, 'SIGKILL')
    await expect.poll(() => pidsOf(service, /^listening$/).length, PATIENCE).toBe(3)
    service.signal('SIGTERM')

    expect(await service.exited).toBe(0)
    expect(pidsOf(service, /shut down: SIGTERM$/)).toContain(other)
    expect(pidsOf(service, /shut down: SIGTERM$/)).not.toContain(killed)
  })
})

describe('guide to many processes', () => {
  it('shows the primary as it is', () => {
    const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

    expect(read('../../../docs/guides/many-processes.md')).toContain(read('../src/keep-workers.ts'))
  })
})
