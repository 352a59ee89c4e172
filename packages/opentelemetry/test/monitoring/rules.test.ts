import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeWith, run } from './programs.ts'
import { alerts, rulesFile } from './rules.ts'
import { shipped } from './shipped.ts'

describeWith(['promtool'], 'the rules for Prometheus', () => {
  test('are rules', () => {
    expect(run('promtool', 'check', 'rules', '--lint-fatal', rulesFile)).toMatchObject({ isOk: true })
  })

  test.each(['holdfast', 'slow-burn'])('tell what %s.rules.test.yml says, and nothing else', name => {
    const { isOk, output } = run('promtool', 'test', 'rules', shipped(`test/monitoring/${name}.rules.test.yml`))

    expect(isOk, output).toBe(true)
  })
})

const runbooks = readFileSync(shipped('../../docs/operations/runbooks.md'), 'utf8')
const names = alerts.map(({ alert }) => alert)

test.each(alerts)('$alert has a severity and a runbook', ({ alert, labels, annotations }) => {
  expect(['page', 'ticket']).toContain(labels['severity'])
  expect(annotations['runbook_url']).toBe(`docs/operations/runbooks.md#${alert.toLowerCase()}`)
})

test('the runbooks are those of the alerts', () => {
  const told = [...runbooks.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)

  expect(told).toEqual(names)
})

test('every alert is made to fire', () => {
  const tested = readFileSync(shipped('test/monitoring/holdfast.rules.test.yml'), 'utf8')

  const fired = [...tested.matchAll(/alertname: (\w+)\n.+\n +exp_alerts:\n/g)].map(([, name]) => name)

  expect(new Set(fired)).toEqual(new Set(names))
})
