import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { instrument } from '@holdfast/opentelemetry'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { attributeSets, Scenario } from './scenario.ts'

export interface ExposedScenario extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly scenario: Scenario
}

/** The scenario, played once, behind the endpoint that Prometheus scrapes. */
export async function exposeScenario(): Promise<ExposedScenario> {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const meterProvider = new MeterProvider({ readers: [exporter] })
  const stop = instrument({
    meterProvider,
    tracerProvider: false,
    loggerProvider: false,
    maxAttributeSets: attributeSets,
  })
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const scenario = new Scenario()
  await scenario.play()
  return {
    port,
    url: `http://127.0.0.1:${port}/metrics`,
    scenario,
    async [Symbol.asyncDispose]() {
      stop()
      server.closeAllConnections()
      server.close()
      await meterProvider.shutdown()
    },
  }
}
