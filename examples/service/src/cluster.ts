import cluster from 'node:cluster'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { keepWorkers } from './keep-workers.ts'
import { runService } from './service/run-service.ts'

// The service on all processors of a machine, where nothing else starts its processes.
if (cluster.isPrimary) {
  const metricsPort = Number(process.env['METRICS_PORT'] ?? 9_464)
  keepWorkers({
    count: Number(process.env['WORKERS'] ?? availableParallelism()),
    // Each has its own numbers, so each has its own port.
    envOf: slot => ({ METRICS_PORT: String(metricsPort === 0 ? 0 : metricsPort + slot) }),
  })
} else {
  // Ctrl-C at a terminal reaches workers, too. It is the primary that tells them: twice would be at once.
  process.on('SIGINT', () => {})
  await runService(process.env, ['SIGTERM'])
}
