import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { instrument } from '@holdfast/opentelemetry'
import { retry } from '@holdfast/retry'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Scenario } from './monitoring/scenario.ts'

interface Family {
  readonly type: string
  readonly unit: string
  readonly labels: readonly string[]
}

const POLICY = ['holdfast_policy_kind', 'holdfast_policy_name']
const WITHIN = ['holdfast_pipeline_name', ...POLICY]
const OUTCOME = 'holdfast_outcome'

/**
 * What the documentation promises, and dashboards and alerts are made of. This exporter leaves units out of the names; the
 * Collector and Prometheus's own receiver of OTLP put `_seconds` behind those in seconds.
 */
const promised: Readonly<Record<string, Family>> = {
  holdfast_call_duration: { type: 'histogram', unit: 's', labels: ['error_type', OUTCOME, ...POLICY] },
  holdfast_attempt_duration: { type: 'histogram', unit: 's', labels: ['error_type', OUTCOME, ...POLICY] },
  holdfast_call_attempts: { type: 'histogram', unit: '{attempt}', labels: [OUTCOME, ...POLICY] },
  holdfast_retries_total: { type: 'counter', unit: '{retry}', labels: ['error_type', ...WITHIN] },
  holdfast_retry_completions_total: {
    type: 'counter',
    unit: '{call}',
    labels: ['error_type', ...WITHIN, 'holdfast_retry_result'],
  },
  holdfast_retry_budget_remaining: { type: 'gauge', unit: '{retry}', labels: POLICY },
  holdfast_circuit_state: { type: 'gauge', unit: '{circuit}', labels: ['holdfast_circuit_state', ...POLICY] },
  holdfast_circuit_transitions_total: {
    type: 'counter',
    unit: '{transition}',
    labels: ['holdfast_circuit_cause', 'holdfast_circuit_state', ...POLICY],
  },
  holdfast_rejections_total: { type: 'counter', unit: '{call}', labels: [...WITHIN, 'holdfast_rejection_reason'] },
  holdfast_bulkhead_active: { type: 'gauge', unit: '{call}', labels: POLICY },
  holdfast_bulkhead_queued: { type: 'gauge', unit: '{call}', labels: POLICY },
  holdfast_bulkhead_limit: { type: 'gauge', unit: '{call}', labels: POLICY },
  holdfast_bulkhead_wait_duration: { type: 'histogram', unit: 's', labels: WITHIN },
  holdfast_bulkhead_reclaims_total: { type: 'counter', unit: '{slot}', labels: WITHIN },
  holdfast_timeouts_total: { type: 'counter', unit: '{timeout}', labels: WITHIN },
  holdfast_timeout_late_duration: { type: 'histogram', unit: 's', labels: [OUTCOME, ...WITHIN] },
  holdfast_fallbacks_total: {
    type: 'counter',
    unit: '{fallback}',
    labels: ['error_type', 'holdfast_fallback_outcome', ...WITHIN],
  },
  holdfast_keyed_evictions_total: { type: 'counter', unit: '{policy}', labels: POLICY },
  holdfast_keyed_overflows_total: { type: 'counter', unit: '{call}', labels: WITHIN },
}

/** The families of an exposition in the text format of Prometheus. Throws for a line that it does not understand. */
function parsed(text: string): Map<string, Family> {
  const families = new Map<string, { type: string; unit: string; labels: Set<string> }>()
  let family = { type: '', unit: '', labels: new Set<string>() }
  for (const line of text.trimEnd().split('\n')) {
    const [, keyword, name = '', words = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.+)$/.exec(line) ?? []
    if (keyword === 'HELP') family = { type: '', unit: '', labels: new Set() }
    if (keyword === 'HELP') families.set(name, family)
    else if (keyword === 'TYPE') family.type = words
    else if (keyword === 'UNIT') family.unit = words
    else for (const label of labelsOf(line, [...families.keys()].at(-1) ?? '')) family.labels.add(label)
  }
  const told = [...families].map(([name, { labels, ...others }]) => [
    name,
    { ...others, labels: [...labels].toSorted() },
  ])
  return new Map(told as [string, Family][])
}

const SAMPLE =
  /^(?<name>[a-z_]+?)(?:_bucket|_sum|_count)?\{(?<labels>(?:\w+="(?:[^"\\]|\\.)*",?)*)\} -?(?:\d+(?:\.\d+)?(?:e-?\d+)?|\+Inf)$/

function labelsOf(line: string, family: string): string[] {
  const { name, labels = '' } = SAMPLE.exec(line)?.groups ?? {}
  if (name !== family) throw new Error(`not a sample of ${family}: ${line}`)
  const isOwn = (label: string): boolean => !/^(le|otel_scope_name|otel_metric_overflow)$/.test(label)
  return [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter(isOwn)
}

/** What a scrape gets after a bad day on which everything happens that metrics can tell, and `also`. */
async function scraped(also: () => Promise<unknown> = async () => {}): Promise<string> {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const meterProvider = new MeterProvider({ readers: [exporter] })
  const stop = instrument({ meterProvider, tracerProvider: false, loggerProvider: false })
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    stop()
    server.close()
  })
  const scenario = new Scenario()
  await scenario.play()
  await also()
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: 'close' } })
  return response.text()
}

describe('a scrape by Prometheus', () => {
  it('has all metrics under the promised names, with their types, units and labels, and no others', async () => {
    const families = parsed(await scraped())

    families.delete('target_info')
    const expected = Object.entries(promised).map(([name, family]) => [
      name,
      { ...family, labels: family.labels.toSorted() },
    ])
    expect(Object.fromEntries(families)).toEqual(Object.fromEntries(expected as [string, Family][]))
  })

  it('is understood whatever policies and errors are named', async () => {
    const name = 'back\\slash "quoted" {a="b"} 1'
    const code = '"} 1\nforged_metric 1'
    const down = Object.assign(new Error('down'), { code })

    const policy = retry({ name, maxAttempts: 1, budget: false })

    const text = await scraped(() => expect(policy.run(() => Promise.reject(down))).rejects.toBe(down))

    expect([...parsed(text).keys()]).not.toContain('forged_metric')
    expect(text).toContain('holdfast_policy_name="back\\\\slash \\"quoted\\" {a=\\"b\\"} 1"')
  })
})
