import { readOptions, rule } from '@holdfast/core/kernel'
import type { Health } from './health.ts'
import type { HealthSource } from './health-handlers.ts'

export interface HealthPaths {
  /** Where liveness is told. Default `/livez`. */
  readonly live?: string | undefined
  /** Where readiness is told. Default `/readyz`. */
  readonly ready?: string | undefined
  /** Where startup is told. Default `/startupz`. */
  readonly startup?: string | undefined
}

/** What asks for the health that a path stands for. */
export type Probes = ReadonlyMap<string, () => Health | Promise<Health>>

export function probesOf(life: HealthSource, paths: HealthPaths | undefined): Probes {
  const { live, ready, startup } = readOptions('health', paths, {
    live: path('/livez'),
    ready: path('/readyz'),
    startup: path('/startupz'),
  })
  return new Map<string, () => Health | Promise<Health>>([
    [live, () => life.live()],
    [ready, () => life.ready()],
    [startup, () => life.startup()],
  ])
}

const path = (fallback: string) =>
  rule<string>('a path that begins with /', value => typeof value === 'string' && value.startsWith('/'), fallback)
