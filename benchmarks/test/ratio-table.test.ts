import { describe, expect, it } from 'vitest'
import { figureTable } from '../src/report/figure-table.ts'
import { ratioTable } from '../src/report/ratio-table.ts'
import { row } from './rows.ts'

const rows = [
  row('retry', 'holdfast', { ratio: 1, bytesRatio: 1, ns: 20 }),
  row('retry', 'cockatiel', { ratio: 7, bytesRatio: 2, ns: 140 }),
  row('retry', 'by hand', { ratio: 1.1, bytesRatio: 0.9, ns: 22 }),
  row('timeout', 'holdfast', { ratio: 1, bytesRatio: 1, ns: 400 }),
  row('timeout', 'cockatiel', { ratio: 12.4, bytesRatio: 3, ns: 4960 }),
  row('timeout', 'by hand', { ratio: 0.5, bytesRatio: 0.6, ns: 200 }),
]

describe('ratioTable', () => {
  it('has a line for each group, losses first and bold, and says what is on par', () => {
    expect(ratioTable(rows).split('\n')).toEqual([
      '| time (memory) | by hand | cockatiel |',
      '|---|---:|---:|',
      '| timeout | **0.5** (**0.6**) | 12 (3.0) |',
      '| retry | on par (0.9) | 7.0 (2.0) |',
    ])
  })

  it('puts those who take part in less than half of the groups into the last column, by name', () => {
    const few = [...rows, row('bulkhead', 'p-limit', { ratio: 10 }), row('retry', 'p-retry', { ratio: 0.7 })]

    expect(ratioTable(few).split('\n')).toEqual([
      '| time (memory) | by hand | cockatiel | others |',
      '|---|---:|---:|---:|',
      '| timeout | **0.5** (**0.6**) | 12 (3.0) | – |',
      '| retry | on par (0.9) | 7.0 (2.0) | p-retry **0.7** |',
      '| bulkhead | – | – | p-limit 10 |',
    ])
  })

  it('has a dash for what was not measured, and tells of no memory where there is none', () => {
    const some = [
      row('import', 'cockatiel', { ratio: 2 }),
      row('import', 'p-retry', { ratio: null }),
      row('making', 'p-retry', { ratio: 0.5 }),
    ]

    expect(ratioTable(some).split('\n')).toEqual([
      '|  | p-retry | cockatiel |',
      '|---|---:|---:|',
      '| making | **0.5** | – |',
      '| import | – | 2.0 |',
    ])
  })

  it('leaves out a bare .then, other parts of Holdfast, and groups without anybody beside it', () => {
    const own = [
      row('timeout', '.then', { ratio: 0.01 }),
      row('timeout', 'holdfast, alone', { ratio: 0.02 }),
      row('modules', 'core/run.ts', { bytes: 900 }),
    ]

    expect(ratioTable([...own, ...rows])).toBe(ratioTable(rows))
  })
})

describe('figureTable', () => {
  const columns = [
    { figure: 'ns', title: 'ns', format: (value: number) => value.toFixed(0) },
    { figure: 'ratio', title: '× holdfast', format: (value: number) => value.toFixed(2) },
  ]

  it('tells ratios before what they are the ratios of, losses first', () => {
    expect(figureTable({ columns }, rows).split('\n')).toEqual([
      '|  | of | × holdfast | ns |',
      '|---|---|---:|---:|',
      '| timeout | by hand | 0.50 | 200 |',
      '| timeout | holdfast | 1.00 | 400 |',
      '| timeout | cockatiel | 12.40 | 4960 |',
      '| retry | holdfast | 1.00 | 20 |',
      '| retry | by hand | 1.10 | 22 |',
      '| retry | cockatiel | 7.00 | 140 |',
    ])
  })

  it('has a dash for what was not measured', () => {
    const table = figureTable({ columns }, [row('retry', 'holdfast', { ratio: null })])

    expect(table.split('\n').at(-1)).toBe('| retry | holdfast | – | – |')
  })

  it('escapes bars, which would end the cell', () => {
    const table = figureTable({ columns }, [row('a | b', 'holdfast', {})])

    expect(table).toContain(String.raw`| a \| b | holdfast |`)
  })
})
