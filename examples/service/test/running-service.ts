import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { Environment } from '../src/service/config.ts'
import { scrape } from '../src/tour/metrics.ts'
import { type ServiceProcess, startService } from '../src/tour/service-process.ts'
import { type Supplier, startSupplier } from '../src/tour/supplier-server.ts'

/** For a machine that is busy with other things. */
export const PATIENCE = { timeout: 30_000 }

/** The service as a process of its own, with its supplier in this one. */
export interface RunningService extends AsyncDisposable {
  readonly service: ServiceProcess
  readonly supplier: Supplier
  readonly product: (id: number | string, init?: RequestInit) => Promise<Response>
  readonly order: (order?: object, key?: string) => Promise<Response>
  /** How many circuits of that name are open, as Prometheus is told. */
  readonly openCircuits: (policy: string) => Promise<number>
}

export async function runService(databaseUrl: string, env: Environment = {}): Promise<RunningService> {
  const supplier = await startSupplier()
  const service = await startService({
    DATABASE_URL: databaseUrl,
    SUPPLIER_URL: supplier.url,
    // A machine that is busy with other things is late, too.
    MAX_LAG_MS: '60000',
    DRAIN_DELAY_MS: '300',
    ...env,
  })
  return {
    service,
    supplier,
    product: (id, init) => fetch(`${service.url}/products/${id}`, init),
    order: (order = { productId: '7', quantity: 1 }, key = randomUUID()) =>
      fetch(`${service.url}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(order),
      }),
    openCircuits: async policy => {
      const metrics = await scrape(service.metricsUrl)
      return metrics.sum('holdfast_circuit_state', { holdfast_policy_name: policy, holdfast_circuit_state: 'open' })
    },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]()
      await supplier[Symbol.asyncDispose]()
    },
  }
}

/** The same, for one test. */
export async function runServiceForTest(databaseUrl: string, env?: Environment): Promise<RunningService> {
  const running = await runService(databaseUrl, env)
  onTestFinished(() => running[Symbol.asyncDispose]())
  return running
}
