import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { interpolated, queries } from './dashboard.ts'
import { type ExposedScenario, exposeScenario } from './exposed-scenario.ts'
import { describeWith } from './programs.ts'
import { rules, rulesFile } from './rules.ts'
import { type RunningServer, startServer } from './start-server.ts'

interface Answer<Data> {
  readonly status: string
  readonly data: Data
}

interface RuleState {
  readonly name: string
  readonly health: string
  readonly lastError?: string
  readonly state?: 'inactive' | 'pending' | 'firing'
}

/** As the exporter of the JavaScript SDK names histograms of time, and as the Collector and OTLP receivers do. */
const jobs = ['exporter', 'collector']

const limits = { timeout: 30_000 }

describeWith(['prometheus'], 'a Prometheus that scrapes a service', () => {
  let exposed: ExposedScenario
  let prometheus: RunningServer

  beforeAll(async () => {
    exposed = await exposeScenario()
    prometheus = await startServer('prometheus', {
      config: configFor(exposed.port),
      args: folder => [`--storage.tsdb.path=${folder}`, '--log.level=warn'],
    })
    await hasScraped(1)
    await exposed.scenario.play()
    await hasScraped(2)
  }, 90_000)
  afterAll(async () => {
    await prometheus[Symbol.asyncDispose]()
    await exposed[Symbol.asyncDispose]()
  })

  describe.each(jobs)('by the names of the %s', job => {
    test.each(queries.map(({ title, expr }) => [title, expr] as const))('has data for %s', async (_, expr) => {
      // A machine that is busy may miss a scrape.
      await expect.poll(() => ask(interpolated(expr, job)), limits).not.toEqual([])
    })
  })

  test('can evaluate all rules', async () => {
    const health = async (): Promise<string[]> => {
      return (await ruleStates()).map(rule => `${rule.name} ${rule.health} ${rule.lastError ?? ''}`)
    }

    const expected = rules.map(({ record, alert }) => `${record ?? alert} ok `)

    await expect.poll(health, limits).toEqual(expected)
  })

  test('is about to tell of what goes wrong there', async () => {
    const pending = async (): Promise<string[]> => {
      return (await ruleStates()).filter(({ state }) => state === 'pending').map(({ name }) => name)
    }

    await expect
      .poll(pending, limits)
      .toEqual([
        'HoldfastCircuitOpen',
        'HoldfastRetryStorm',
        'HoldfastBulkheadSaturated',
        'HoldfastFallbackInUse',
        'HoldfastLateWork',
        'HoldfastTelemetryOverflow',
      ])
  })

  /** Both jobs have seen the scenario that often. */
  async function hasScraped(times: number): Promise<void> {
    const scraped = `holdfast_bulkhead_reclaims_total == ${times}`
    await vi.waitFor(async () => expect(await ask(scraped)).toHaveLength(jobs.length), limits)
  }

  async function ask(query: string): Promise<unknown[]> {
    const { result } = await get<{ result: unknown[] }>(`query?query=${encodeURIComponent(query)}`)
    return result
  }

  async function ruleStates(): Promise<RuleState[]> {
    const { groups } = await get<{ groups: { rules: RuleState[] }[] }>('rules')
    return groups.flatMap(group => group.rules)
  }

  async function get<Data>(path: string): Promise<Data> {
    const response = await fetch(`${prometheus.url}/api/v1/${path}`)
    const answer = (await response.json()) as Answer<Data>
    expect(answer).toMatchObject({ status: 'success' })
    return answer.data
  }
})

function configFor(port: number): string {
  return `
global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }
rule_files: [${rulesFile}]
scrape_configs:
  - job_name: exporter
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
  - job_name: collector
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
    metric_relabel_configs:
      - source_labels: [__name__]
        regex: (holdfast_.+_duration)(_bucket|_count|_sum)
        target_label: __name__
        replacement: \${1}_seconds\${2}
`
}
