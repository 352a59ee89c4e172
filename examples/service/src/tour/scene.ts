import { load, type Seen } from './load.ts'
import { scrape } from './metrics.ts'
import { watchReadiness } from './readiness.ts'

/** What a scene brought, as customers, the balancer and Prometheus saw it. */
export interface Scene {
  readonly products: Seen
  readonly orders: Seen
  readonly readiness: ReadonlySet<string>
  /** What a counter has grown by. */
  readonly grown: (name: string, labels?: Readonly<Record<string, string>>) => number
}

/** Sends customers for so long, and looks at what they, the balancer and Prometheus see. */
export async function playScene(
  urls: { readonly url: string; readonly metricsUrl: string },
  durationMs: number,
): Promise<Scene> {
  const before = await scrape(urls.metricsUrl)
  const watched = watchReadiness(urls.url)
  const seen = await load(urls.url, durationMs)
  const after = await scrape(urls.metricsUrl)
  return {
    ...seen,
    readiness: await watched(),
    grown: (name, labels) => after.sum(name, labels) - before.sum(name, labels),
  }
}

/** A scene in four lines. */
export function rowsOf({ products, orders, readiness: told, grown }: Scene): string[] {
  const counted = {
    retries: grown('holdfast_retries_total'),
    rejections: grown('holdfast_rejections_total'),
    fallbacks: grown('holdfast_fallbacks_total', { holdfast_fallback_outcome: 'used' }),
  }
  return [
    `GET /products  ${summaryOf(products)}`,
    `POST /orders   ${summaryOf(orders)}`,
    `/metrics       ${counted.retries} retries, ${counted.rejections} rejections, ${counted.fallbacks} fallbacks`,
    `/readyz        ${[...told].join(', ')}`,
  ]
}

function summaryOf({ statuses, errors, perSecond, p99Ms }: Seen): string {
  const counts = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`)
  const failed = errors === 0 ? [] : [`${errors} without an answer`]
  return `${[...counts, ...failed].join(', ')}, ${perSecond}/s, p99 ${Math.round(p99Ms)} ms`
}
