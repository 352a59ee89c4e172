import { describe, expect, it } from 'vitest'
import { goalCount, goalTable } from '../src/report/goals.ts'
import { goal } from './rows.ts'

const goals = [
  goal('nothing left', 0, 0),
  goal('met', 0.0666, 0.05),
  goal('missed', 1.5, 2),
  goal('not measured', 1, null),
  goal('something left', 0, 3),
]

describe('goalTable', () => {
  it('tells the worst first: what was not measured, what is missed, what is met', () => {
    expect(goalTable(goals).split('\n').slice(2)).toEqual([
      '| not measured | 1 | – | **not measured** |',
      '| something left | 0 | 3 | **missed** |',
      '| missed | 1.5 | 2 | **missed** |',
      '| met | 0.0666 | 0.05 | met |',
      '| nothing left | 0 | 0 | met |',
    ])
  })
})

describe('goalCount', () => {
  it('counts what was not measured as missed', () => {
    expect(goalCount(goals)).toBe('**3 missed**, 2 met')
  })

  it('says when all are met, and when there are none', () => {
    expect([goalCount([goal('met', 1, 1)]), goalCount([])]).toEqual(['1 met', 'no goals'])
  })
})
