import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { admission, lifecycle } from '@holdfast/lifecycle'
import { admit, health } from '@holdfast/lifecycle/fastify'
import { fastify } from 'fastify'
import { pino } from 'pino'
import { type Config, ConfigError, type Environment, readConfig } from './config.ts'
import { ordersDatabase } from './database.ts'
import { traceRequests } from './request-spans.ts'
import { addRoutes } from './routes.ts'
import { supplierClient } from './supplier.ts'
import { startTelemetry } from './telemetry.ts'

/** Runs the service until a signal ends the process: by default SIGTERM and SIGINT. */
export async function runService(env: Environment, signals?: readonly NodeJS.Signals[]): Promise<void> {
  try {
    await start(readConfig(env), signals)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}

async function start(config: Config, signals: readonly NodeJS.Signals[] | undefined): Promise<void> {
  const { host, drainDelayMs, graceMs, closeMs, maxConcurrent, maxQueued, maxLagMs } = config
  const logger = pino({ level: config.logLevel })
  // Before the first policy is used: what happened earlier is not counted.
  const telemetry = startTelemetry(logger, config.traceRatio)
  const database = ordersDatabase(config.databaseUrl, config.databaseConnections)
  const supplier = supplierClient()

  const app = fastify({ bodyLimit: 16_384 })
  const life = lifecycle({
    name: 'orders',
    server: app.server,
    signals,
    drainDelayMs,
    graceMs,
    closeMs,
    // Breakers are found by themselves. This notices an outage that no customer has met yet.
    checks: { database: { check: ({ signal }) => database.query('select 1', [], { readOnly: true, signal }) } },
    checkIntervalMs: 1_000,
    logger,
    flush: telemetry.flush,
  })
  traceRequests(app, telemetry.tracer)
  app.register(health(life))
  // In a scope of its own: probes need no admission.
  app.register(async customers => {
    customers.addHook('onRequest', admit(admission({ maxConcurrent, maxQueued, maxLagMs })))
    addRoutes(customers, { database, supplier, supplierUrl: config.supplierUrl, life, logger })
  })

  // The last to be closed is the first here: scrapes go on until all else has ended.
  const metrics = createServer(telemetry.scrape)
  life.onClose('metrics', () => closed(metrics))
  life.onClose('database', () => database.end())

  const metricsUrl = await listening(metrics, host, config.metricsPort)
  const url = await app.listen({ host, port: config.port })
  life.started()
  logger.info({ url, metricsUrl }, 'listening')
  // To whoever started it as a worker: PM2, or `cluster.ts`.
  process.send?.('ready')
}

function listening(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => {
      resolve(`http://${host}:${(server.address() as AddressInfo).port}`)
    })
  })
}

function closed(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
