import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { dashboard, interpolated, type Panel, queries } from './dashboard.ts'
import { describeWith, run } from './programs.ts'

const drawn = dashboard.panels.filter(({ type }) => type !== 'row')

describe('the dashboard', () => {
  test('is of a format that Grafana 11 and later import', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39)
    expect(dashboard.uid).toBe('holdfast')
  })

  test('lets people choose where data come from, a service, its instances and policies', () => {
    expect(dashboard.templating.list.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'datasource: datasource',
      'job: query',
      'instance: query',
      'policy: query',
    ])
  })

  test('has an id of its own for each panel', () => {
    const ids = dashboard.panels.map(({ id }) => id)

    expect(new Set(ids).size).toBe(ids.length)
  })

  test('has no panels over each other or beyond the edge', () => {
    const taken = new Map<string, string>()
    const clashes: string[] = []
    for (const { title, gridPos } of dashboard.panels) {
      for (const cell of cellsOf(gridPos)) {
        if (taken.has(cell) || gridPos.x + gridPos.w > 24) clashes.push(`${title}: ${taken.get(cell) ?? 'the edge'}`)
        taken.set(cell, title)
      }
    }

    expect(clashes).toEqual([])
  })

  test.each(drawn.map(panel => [`${panel.id} ${panel.title}`, panel] as const))('%s says what it shows', (_, panel) => {
    expect(panel.description).toMatch(/\.$/)
    expect(panel.fieldConfig?.defaults.unit).toMatch(/^(ops|percentunit|s|short)$/)
    expect(panel.targets?.length).toBeGreaterThan(0)
  })
})

describeWith(['promtool'], 'the queries of the dashboard', () => {
  test('are PromQL', () => {
    const file = join(tmpdir(), `holdfast-queries-${process.pid}.yml`)
    const recorded = queries.map(({ expr }, index) => ({ record: `query:${index}`, expr: interpolated(expr) }))
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules: recorded }] }))

    const { isOk, output } = run('promtool', 'check', 'rules', file)
    rmSync(file)

    expect(isOk, output).toBe(true)
  })
})

function cellsOf({ x, y, w, h }: Panel['gridPos']): string[] {
  const columns = Array.from({ length: w }, (_, column) => x + column)
  return columns.flatMap(column => Array.from({ length: h }, (_, line) => `${column},${y + line}`))
}
