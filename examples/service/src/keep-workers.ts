import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import process from 'node:process'

export interface WorkersOptions {
  readonly count: number
  /** What a worker finds in its environment. A slot, from 0, is kept by whoever takes the place of a worker. */
  readonly envOf?: (slot: number) => Readonly<Record<string, string>>
  /** The wait before another takes the place of one that has ended by itself, in milliseconds. Default 1 000. */
  readonly restartMs?: number
}

/**
 * Keeps workers running until this process is told to end: it tells each of them, and ends after the last, with the worst of
 * their exit codes. On SIGHUP it replaces them, one after the other. A worker sends `ready` when it is.
 */
export function keepWorkers({ count, envOf = () => ({}), restartMs = 1_000 }: WorkersOptions): void {
  const slots = new Map<Worker, number>()
  let isEnding = false

  const start = (slot: number): Worker => {
    const worker = cluster.fork(envOf(slot))
    slots.set(worker, slot)
    return worker
  }
  const tell = (worker: Worker): void => void worker.process.kill('SIGTERM')

  const endAll = (): void => {
    isEnding = true
    for (const worker of Object.values(cluster.workers ?? {})) if (worker !== undefined) tell(worker)
  }

  const replaceAll = async (): Promise<void> => {
    const old = [...slots]
    for (const [worker, slot] of old) {
      const ended = once(worker, 'exit')
      const next = start(slot)
      await Promise.race([once(next, 'message'), once(next, 'exit')])
      // One that cannot start replaces nobody.
      if (isEnding || next.isDead()) return
      slots.delete(worker)
      tell(worker)
      await ended
    }
  }

  cluster.on('exit', (worker, code) => {
    const slot = slots.get(worker)
    slots.delete(worker)
    if (isEnding) process.exitCode = Math.max(Number(process.exitCode ?? 0), code ?? 1)
    const isVacant = slot !== undefined && ![...slots.values()].includes(slot)
    if (isVacant) setTimeout(() => isEnding || start(slot), restartMs)
  })
  process.on('SIGTERM', endAll).on('SIGINT', endAll)
  process.on('SIGHUP', () => void replaceAll())

  for (let slot = 0; slot < count; slot++) start(slot)
}
