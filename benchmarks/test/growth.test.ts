import { describe, expect, it } from 'vitest'
import { growthPanels, placeByGroup } from '../src/report/growth.ts'
import { row } from './rows.ts'

const time = { figure: 'ns', title: 'time' }

describe('placeByGroup', () => {
  it.each([
    ['1 000 keys, hits', { x: 1_000, condition: 'n keys, hits' }],
    ['timeout, 100,000 in flight', { x: 100_000, condition: 'timeout, n in flight' }],
    ['a window of 10 calls, 30 % fail', { x: 30, condition: 'a window of 10 calls, n % fail' }],
    ['a window of 30 s', { x: 30, condition: 'a window of n s' }],
    ['a window of 10 min', { x: 600, condition: 'a window of n s' }],
    ['1 in flight', { x: 1, condition: 'n in flight' }],
  ])('reads %s', (group, place) => {
    expect(placeByGroup(row(group, 'holdfast', {}))).toEqual({ ...place, subject: 'holdfast' })
  })

  it.each(['at the end', 'a window of 10 calls, 0 % fail'])('has no place on a logarithmic axis for %s', group => {
    expect(placeByGroup(row(group, 'holdfast', {}))).toBeUndefined()
  })
})

describe('growthPanels', () => {
  it('tells multiples of the figure of Holdfast at the smallest number', () => {
    const rows = [
      row('100 keys', 'by hand', { ns: 60 }),
      row('100 keys', 'holdfast', { ns: 150 }),
      row('10 keys', 'by hand', { ns: 50 }),
      row('10 keys', 'holdfast', { ns: 100 }),
    ]

    expect(growthPanels(rows, [time], placeByGroup)).toEqual([
      {
        title: 'time',
        condition: 'n keys',
        lines: [
          {
            name: 'holdfast',
            points: [
              { x: 10, y: 1 },
              { x: 100, y: 1.5 },
            ],
          },
          {
            name: 'by hand',
            points: [
              { x: 10, y: 0.5 },
              { x: 100, y: 0.6 },
            ],
          },
        ],
      },
    ])
  })

  it('has a panel for each figure and condition that was measured', () => {
    const rows = [
      row('10 keys, hits', 'holdfast', { ns: 1, bytes: null }),
      row('10 keys, churn', 'holdfast', { ns: 1, bytes: 8 }),
      row('at the end', 'holdfast', { ns: 1, bytes: 8 }),
    ]

    const panels = growthPanels(rows, [time, { figure: 'bytes', title: 'memory' }], placeByGroup)

    expect(panels.map(({ title, condition }) => `${title}, ${condition}`)).toEqual([
      'time, n keys, hits',
      'time, n keys, churn',
      'memory, n keys, churn',
    ])
  })

  it('leaves out points that were not measured, or are not above 0', () => {
    const rows = [
      row('1 key', 'holdfast', { ns: null }),
      row('10 keys', 'holdfast', { ns: 100 }),
      row('100 keys', 'holdfast', { ns: -3 }),
    ]

    const panels = growthPanels(rows, [time], () => ({ x: 10, condition: 'keys', subject: 'holdfast' }))

    expect(panels[0]?.lines[0]?.points).toEqual([{ x: 10, y: 1 }])
  })
})
