import { readFileSync } from 'node:fs'
import { shipped } from './shipped.ts'

interface Target {
  readonly refId: string
  readonly expr: string
  readonly legendFormat: string
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } }
  readonly targets?: readonly Target[]
}

interface Variable {
  readonly name: string
  readonly type: string
  readonly definition?: string
}

interface Dashboard {
  readonly schemaVersion: number
  readonly uid: string
  readonly templating: { readonly list: readonly Variable[] }
  readonly panels: readonly Panel[]
}

export const dashboard = JSON.parse(readFileSync(shipped('grafana/holdfast.json'), 'utf8')) as Dashboard

/** Each query of each panel, with its title. */
export const queries = dashboard.panels.flatMap(({ id, title, targets = [] }) =>
  targets.map(({ refId, expr, legendFormat }) => ({ title: `${id} ${title} ${refId}`, expr, legendFormat })),
)

/** What Grafana sends to Prometheus when all instances and policies of a service are chosen. */
export function interpolated(expr: string, job = '.*'): string {
  const values = { job, instance: '.*', policy: '.*', __rate_interval: '1m' }
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`$${name}`, value), expr)
}
