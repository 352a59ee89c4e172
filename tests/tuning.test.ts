import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { exposeScenario } from '../packages/opentelemetry/test/monitoring/exposed-scenario.ts'
import { describeWith, run } from '../packages/opentelemetry/test/monitoring/programs.ts'
import { type Matcher, selectorsOf } from '../packages/opentelemetry/test/monitoring/promql.ts'
import { type ScrapedSeries, scrapedSeries } from '../packages/opentelemetry/test/monitoring/scraped-series.ts'
import { codeBlocks } from './code-blocks.ts'
import { type Page, pages } from './pages.ts'

const page = pages().find(({ path }) => path === 'docs/guides/tuning-from-metrics.md') as Page
const queries = codeBlocks(page)
  .filter(({ language }) => language === 'text')
  .map(({ line, text }) => [`line ${line}`, text] as const)

let scraped: ScrapedSeries
beforeAll(async () => {
  await using exposed = await exposeScenario()
  scraped = scrapedSeries(await (await fetch(exposed.url)).text())
})

test('the guide has queries', () => {
  expect(queries.length).toBeGreaterThan(10)
})

test.each(queries)('the query in %s asks for metrics and labels that there are', (_, query) => {
  expect(selectorsOf(query).flatMap(({ metric, matchers }) => missing(metric, matchers))).toEqual([])
})

test.each(queries)('the query in %s asks for the service of the guide alone', (_, query) => {
  const jobs = selectorsOf(query).map(({ matchers }) => matchers.find(({ label }) => label === 'job')?.value)

  expect(new Set(jobs)).toEqual(new Set(['shop']))
})

describeWith(['promtool'], 'Prometheus', () => {
  test('understands all queries of the guide', () => {
    const rules = queries.map(([line, expr]) => ({ record: line.replace(' ', ':'), expr }))

    const { isOk, output } = promtool({ 'rules.yml': { groups: [{ name: 'guide', rules }] } }, ['check', 'rules'])

    expect(isOk, output).toBe(true)
  })

  test.each(examples())('$title', ({ query, series, at, value }) => {
    const { isOk, output } = promtool(
      {
        'test.yml': {
          evaluation_interval: '1m',
          tests: [
            {
              interval: '1m',
              input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
              // Rounded: of a share that is a binary fraction, the last digit is chance.
              promql_expr_test: [{ expr: `round(${query}, 0.001)`, eval_time: at, exp_samples: value }],
            },
          ],
        },
      },
      ['test', 'rules'],
    )

    expect(isOk, output).toBe(true)
  })
})

/** What a query says of series that are made up: values are counters that grow each minute. */
function examples() {
  const ofShop = (name: string, labels: string): string => `${name}{job="shop", ${labels}}`
  const ofCalls = (name: string, labels = ''): string =>
    ofShop(`holdfast_${name}`, `holdfast_policy_name="catalogue"${labels}`)
  const ofRetries = (name: string, labels = ''): string =>
    ofShop(`holdfast_${name}`, `holdfast_pipeline_name="catalogue"${labels}`)
  return [
    {
      title: 'the busiest five minutes tell how many calls are under way: 50 a second of 40 ms are 2',
      query: queryWith('attempt_duration(_seconds)?_sum'),
      // 50 calls a second of 40 ms are 120 seconds of work a minute.
      series: { [ofCalls('attempt_duration_seconds_sum', ', instance="a"')]: '0+60x30 1860+120x30' },
      at: '1h',
      value: [{ labels: '{instance="a"}', value: 2 }],
    },
    {
      title: 'the share of good answers that needed a third attempt is 1 %',
      query: queryWith('le=~"2([.]0)?"'),
      series: {
        [ofCalls('call_attempts_bucket', ', holdfast_outcome="value", le="2"')]: '0+99x60',
        [ofCalls('call_attempts_count', ', holdfast_outcome="value"')]: '0+100x60',
      },
      at: '1h',
      value: [{ labels: '{}', value: 0.01 }],
    },
    {
      title: 'of the calls whose first attempt failed, three quarters recovered',
      query: queryWith('holdfast_retry_result="recovered"'),
      series: {
        [ofRetries('retry_completions_total', ', holdfast_retry_result="recovered"')]: '0+3x60',
        [ofRetries('retry_completions_total', ', holdfast_retry_result="attempts"')]: '0+1x60',
      },
      at: '1h',
      value: [{ labels: '{}', value: 0.75 }],
    },
    {
      title: 'attempts that are cut short are told beside all attempts',
      query: queryWith('holdfast_policy_name="catalogue.attempt"'),
      series: {
        [ofShop('holdfast_timeouts_total', 'holdfast_policy_name="catalogue.attempt"')]: '0+1x60',
        [ofCalls('attempt_duration_count')]: '0+1000x60',
      },
      at: '1h',
      value: [{ labels: '{}', value: 0.001 }],
    },
    {
      title: 'the calls in a window of 10 s are those of the process that has the fewest',
      query: queryWith('min(sum by (instance)'),
      series: {
        [ofCalls('attempt_duration_seconds_count', ', instance="a"')]: '0+1200x60',
        [ofCalls('attempt_duration_seconds_count', ', instance="b"')]: '0+600x60',
      },
      at: '1h',
      value: [{ labels: '{}', value: 100 }],
    },
  ]
}

/** The first query of the guide in which this stands. */
function queryWith(part: string): string {
  return queries.find(([, query]) => query.includes(part))?.[1] ?? ''
}

/** Runs promtool on files that exist for so long. JSON is YAML. */
function promtool(files: Readonly<Record<string, object>>, args: readonly string[]): { isOk: boolean; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-queries-'))
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content))
    return run('promtool', ...args, ...Object.keys(files).map(name => join(folder, name)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a selector asks for in vain. Names of jobs and policies are the guide's own. */
function missing(metric: string, matchers: readonly Matcher[]): string[] {
  const series = [...scraped].filter(([name]) => new RegExp(`^(?:${metric})$`).test(name)).map(([, labels]) => labels)
  if (series.length === 0) return [`no metric ${metric}`]
  return matchers
    .filter(({ label }) => label !== 'job')
    .flatMap(({ label, operator, value }) => {
      const values = series.flatMap(labels => [...(labels.get(label) ?? [])])
      if (values.length === 0) return [`no label ${label} of ${metric}`]
      const isName = label.endsWith('_name')
      const wanted = operator === '=~' ? value.split('|') : [value]
      const found = (word: string): boolean => values.some(each => new RegExp(`^(?:${word})$`).test(each))
      return isName || operator === '!=' ? [] : wanted.filter(word => !found(word)).map(word => `no ${label}="${word}"`)
    })
}
