import { describe, expect, it } from 'vitest'
import { tableOf, worstFirst } from '../src/harness/table.ts'
import { goal, row } from './rows.ts'

const columns = [
  { figure: 'ratio', title: 'ratio', format: (value: number) => value.toFixed(2) },
  { figure: 'bytes', title: 'bytes allocated', format: (value: number) => value.toFixed(0) },
]
const question = {
  name: 'overhead',
  title: 'What does it cost?',
  method: '',
  columns,
  cases: [],
  processes: 1,
  goalsOf: () => [],
}

describe('worstFirst', () => {
  it('orders goals by how far they were missed, not by how much was reached', () => {
    const goals = [goal('met', 100, 90), goal('missed by far', 1, 3), goal('missed', 10, 12)]

    expect(worstFirst(goals).map(({ text }) => text)).toEqual(['missed by far', 'missed', 'met'])
  })

  it('leaves the goals that it is given in their order', () => {
    const goals = [goal('met', 1, 0.5), goal('missed', 1, 2)]

    worstFirst(goals)

    expect(goals.map(({ text }) => text)).toEqual(['met', 'missed'])
  })
})

describe('tableOf', () => {
  it('has a block for each group and a line for each subject, with the figures below their titles', () => {
    const rows = [
      row('retry', 'holdfast', { ratio: 1, bytes: 688.2 }),
      row('timeout', 'holdfast', { ratio: 1, bytes: 1906 }),
      row('retry', 'by hand', { ratio: 0.954, bytes: 656 }),
    ]

    expect(tableOf(question, rows).split('\n')).toEqual([
      '                 ratio  bytes allocated',
      '',
      'retry',
      '  holdfast        1.00              688',
      '  by hand         0.95              656',
      '',
      'timeout',
      '  holdfast        1.00             1906',
    ])
  })

  it('has a dash for what was not measured', () => {
    const rows = [row('retry', 'holdfast', { ratio: Number.NaN })]

    expect(tableOf(question, rows)).toMatch(/holdfast +– +–$/)
  })

  it('ends with the goals, the worst first', () => {
    const rows = [row('retry', 'holdfast', { ratio: 1 })]
    const goals = [goal('bytes', 2, 1), goal('time', 1.5, 3)]

    expect(
      tableOf({ ...question, goalsOf: () => goals }, rows)
        .split('\n')
        .slice(-2),
    ).toEqual(['  MISSED  time: 3.00, aimed at 1.50 or less', '  met     bytes: 1.00, aimed at 2.00 or less'])
  })
})
