import { beforeAll, expect, test } from 'vitest'
import { dashboard, interpolated, queries } from './dashboard.ts'
import { exposeScenario } from './exposed-scenario.ts'
import { groupingsOf, type Matcher, madeLabelsOf, type Selector, selectorsOf } from './promql.ts'
import { rules } from './rules.ts'
import { type ScrapedSeries, scrapedSeries } from './scraped-series.ts'

type Labels = ReadonlyMap<string, ReadonlySet<string>>

let scraped: ScrapedSeries

beforeAll(async () => {
  await using exposed = await exposeScenario()
  scraped = scrapedSeries(await (await fetch(exposed.url)).text())
})

const variables = dashboard.templating.list.flatMap(({ name, definition }) => {
  const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(definition ?? '') ?? []
  return definition === undefined ? [] : [{ title: `variable ${name}`, expr: `count by (${label}) (${selector})` }]
})
const recorded = new Map(rules.map(({ record, expr }) => [record, expr] as const))
const ruled = rules.map(({ record, alert, expr }) => ({ title: `rule ${record ?? alert}`, expr }))
const expressions = [...queries, ...variables, ...ruled].map(({ title, expr }) => [title, interpolated(expr)] as const)

test.each(expressions)('%s asks for metrics and labels that there are', (_, expr) => {
  const problems = selectorsOf(expr).flatMap(selector => {
    const labels = labelsOf(selector)
    if (labels === undefined) return [`no metric ${selector.metric}`]
    return selector.matchers.flatMap(matcher => unmatched(matcher, labels.get(matcher.label)))
  })

  expect(problems).toEqual([])
})

test.each(expressions)('%s groups by labels that there are', (_, expr) => {
  const known = new Set([
    ...selectorsOf(expr).flatMap(each => [...(labelsOf(each)?.keys() ?? [])]),
    ...madeLabelsOf(expr),
  ])

  expect(groupingsOf(expr).filter(label => !known.has(label))).toEqual([])
})

test.each(queries.map(query => [query.title, query] as const))('%s names its lines by what it groups', (_, query) => {
  const shown = [...query.legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)

  expect(shown.length).toBeGreaterThan(0)
  expect(shown.filter(label => !groupingsOf(query.expr).includes(label))).toEqual([])
})

test('every metric is on the dashboard', () => {
  const shown = queries.flatMap(({ expr }) => selectorsOf(expr)).map(({ metric }) => new RegExp(`^(?:${metric})$`))

  const hidden = [...scraped.keys()].filter(name => !shown.some(pattern => pattern.test(name)))

  expect(hidden.filter(name => !/^target_info$|_(?:sum|count|bucket)$/.test(name))).toEqual([])
})

/** The labels of all metrics that a selector means; undefined where there is none. */
function labelsOf({ metric }: Pick<Selector, 'metric'>): Labels | undefined {
  const rule = recorded.get(metric)
  if (rule !== undefined) return recordedLabels(rule)
  const pattern = new RegExp(`^(?:${metric})$`)
  const found = [...scraped].filter(([name]) => pattern.test(name)).map(([, labels]) => labels)
  return found.length === 0 ? undefined : new Map([...merged(found), ...added])
}

/** A recorded series has the labels that its rule groups by, with the values of what it was made of. */
function recordedLabels(expr: string): Labels {
  const values = merged(selectorsOf(expr).map(selector => labelsOf(selector) ?? new Map()))
  return new Map(groupingsOf(expr).map(label => [label, values.get(label) ?? new Set()]))
}

/** Prometheus adds them to each series that it scrapes, and that of its own metrics. */
const added: Labels = new Map([
  ['job', new Set(['shop'])],
  ['instance', new Set(['127.0.0.1:9464'])],
  ['__name__', new Set<string>()],
])

function merged(all: readonly Labels[]): Labels {
  const union = new Map<string, Set<string>>()
  for (const [label, values] of all.flatMap(labels => [...labels])) {
    union.set(label, new Set([...(union.get(label) ?? []), ...values]))
  }
  return union
}

/** What a matcher asks for in vain: each of the words `a|b`, too. */
function unmatched({ label, operator, value }: Matcher, values: ReadonlySet<string> = new Set()): string[] {
  const wanted = /^[\w|]+$/.test(value) ? value.split('|') : [value]
  return wanted
    .filter(
      word =>
        ![...values].some(each => (operator.endsWith('~') ? new RegExp(`^(?:${word})$`).test(each) : each === word)),
    )
    .map(word => `${label}${operator}"${word}" of ${[...values].join(', ')}`)
}
