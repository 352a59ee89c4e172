import { describe, expect, it } from 'vitest'
import { readmeTable } from '../src/report/readme-table.ts'
import { answers } from './answers.ts'
import { row } from './rows.ts'

const [overhead, rejection] = answers.map(({ result }) => result)
if (overhead === undefined || rejection === undefined) throw new Error('there are two answers')

describe('readmeTable', () => {
  it('tells what a reader wants to know of several questions, losses first', () => {
    const lines = readmeTable([overhead, rejection]).split('\n')

    expect(lines.slice(0, 4)).toEqual([
      '| time (memory) | by hand | cockatiel | p-retry, p-timeout, p-limit | opossum |',
      '|---|---:|---:|---:|---:|',
      '| a rejection by an open circuit | – | – | – | **0.5** (**0.7**) |',
      '| retry | – | 3.0 (2.0) | – | – |',
    ])
    expect(lines.map(line => line.split(' | ')[0]).slice(3, 11)).toEqual([
      '| retry',
      '| timeout',
      '| circuit breaker',
      '| bulkhead',
      '| fallback',
      '| all but the timeout',
      '| all five in a pipeline',
      "| all five, with the caller's signal",
    ])
  })

  it('tells once where and when it was measured', () => {
    const later = { ...rejection, host: { ...rejection.host, date: '2026-12-01' } }

    expect(readmeTable([overhead, rejection]).split('\n').at(-1)).toBe(
      'Measured on 2026-11-22 with Node 24.1.0 on linux x64, 2 cores. [All figures and charts](docs/benchmarks.md).',
    )
    expect(readmeTable([overhead, later])).toContain(
      'on 2026-11-22 with Node 24.1.0 on linux x64, 2 cores. Measured on',
    )
  })

  it('shows the small libraries in one column, and leaves out who has none', () => {
    const more = [
      row('timeout', 'p-timeout', { ratio: 0.9 }),
      row('bulkhead', 'p-limit', { ratio: 20.3 }),
      row('retry', '.then', { ratio: 0.1 }),
    ]

    const table = readmeTable([{ ...overhead, rows: [...overhead.rows, ...more] }, rejection])

    expect(table).toContain('| timeout | – | 4.0 (2.0) | on par | – |')
    expect(table).toContain('| bulkhead | – | 6.0 (2.0) | 20 | – |')
    expect(table).toContain('| retry | – | 3.0 (2.0) | – | – |')
  })

  it('says what it misses', () => {
    expect(() => readmeTable([overhead])).toThrow('the README tells of open circuit, which rejection has not measured')
  })
})
