import { describe, expect, it } from 'vitest'
import { measuredFigure, measuredRatio, ratioText, verdictOf } from '../src/report/verdict.ts'
import { row } from './rows.ts'

describe('verdictOf', () => {
  it('is on par within 20 %, and a loss or a gain beyond', () => {
    expect([0.1, 0.79, 0.8, 1, 1.2, 1.21, 20].map(verdictOf)).toEqual([
      'loss',
      'loss',
      'on par',
      'on par',
      'on par',
      'gain',
      'gain',
    ])
  })
})

describe('ratioText', () => {
  it('has one digit behind the point below 10, and none above', () => {
    expect([0.12, 0.95, 1, 3.56, 9.94, 9.96, 17.4].map(ratioText)).toEqual([
      '0.1',
      '0.9',
      '1.0',
      '3.6',
      '9.9',
      '10',
      '17',
    ])
  })

  it('never says that something costs nothing', () => {
    expect([0.094, 0.02, 0.0034].map(ratioText)).toEqual(['0.09', '0.02', '0.003'])
  })
})

describe('measuredFigure', () => {
  it('is nothing for a figure that is not there, not a number, or null in the file', () => {
    const measured = row('retry', 'holdfast', { ns: 0, bytes: Number.NaN, ratio: null })

    const figures = ['ns', 'bytes', 'ratio', 'medianNs'].map(figure => measuredFigure(measured, figure))

    expect(figures).toEqual([0, undefined, undefined, undefined])
  })
})

describe('measuredRatio', () => {
  it('is nothing, too, for what is not above 0', () => {
    const measured = row('retry', '.then', { ratio: -0.06, bytesRatio: 0.5 })

    expect([measuredRatio(measured, 'ratio'), measuredRatio(measured, 'bytesRatio')]).toEqual([undefined, 0.5])
  })
})
