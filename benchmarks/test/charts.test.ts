import { describe, expect, it } from 'vitest'
import { questionNames } from '../src/questions/all.ts'
import { chartSvg } from '../src/report/charts.ts'
import { all, type Element, parsed, texts } from './elements.ts'
import { host, row } from './rows.ts'

const rows = [
  row('retry & more', 'holdfast', { ratio: 1, bytesRatio: 1 }),
  row('retry & more', 'cockatiel', { ratio: 8, bytesRatio: 2 }),
  row('retry & more', 'by hand', { ratio: 1.1, bytesRatio: 0.9 }),
  row('timeout', 'by hand', { ratio: 0.5, bytesRatio: 0.6 }),
  row('timeout', 'p-timeout', { ratio: null }),
  row('timeout, after a turn of the event loop', 'by hand', { ratio: 0.1 }),
]
const keyed = [10, 1_000].flatMap(keys => [
  row(`${keys} keys, hits`, 'holdfast', { ns: 100 + keys / 100 }),
  row(`${keys} keys, hits`, 'by <hand>', { ns: 50 }),
])

function drawn(question: string, shown = rows): Element {
  return parsed(chartSvg({ question, host, goals: [], rows: shown }))
}

/** The bars, without the legend. */
function barsOf(svg: Element): Element[] {
  return all(svg, 'rect').filter(({ attributes }) => Number(attributes['y']) > 60)
}

describe('charts', () => {
  it.each(questionNames)('%s is an image that tells in words what it shows', question => {
    const svg = drawn(question)

    const [title, description] = [texts(svg, 'title'), texts(svg, 'desc')]
    expect(svg.attributes).toMatchObject({ role: 'img', 'aria-labelledby': 'title description' })
    expect([title.length, description.length]).toEqual([1, 1])
    expect(title[0]).not.toBe('')
  })

  it.each(['overhead', 'keyed'])('%s is the same for the same figures', question => {
    const result = { question, host, goals: [], rows: question === 'keyed' ? keyed : rows }

    expect(chartSvg(structuredClone(result))).toBe(chartSvg(result))
  })

  it('has its own paper and colours for light and dark', () => {
    const svg = drawn('overhead')

    const paper = all(svg, 'rect')[0]?.attributes
    expect(paper).toMatchObject({ class: 'paper', width: '759' })
    expect(texts(svg, 'style').join('')).toMatch(
      /\.paper \{ fill: #fff.*@media \(prefers-color-scheme: dark\) \{\s+\.paper \{ fill: #0d1117/s,
    )
  })

  it('are there for no other question', () => {
    expect(() => drawn('weather')).toThrow('there is no chart for weather')
  })
})

describe('a chart of bars', () => {
  it('goes from the line at 1 to the left for a half and three times as far to the right for 8, losses first', () => {
    const svg = drawn('overhead')

    const [axis] = all(svg, 'line').filter(({ attributes }) => attributes['class'] === 'axis')
    const one = Number(axis?.attributes['x1'])
    const bars = barsOf(svg).map(({ attributes }) => {
      const [from, width] = [Number(attributes['x']) - one, Number(attributes['width'])]
      return { kind: attributes['class'], from, to: from + width }
    })
    const halfPx = -(bars[0]?.from ?? 0)
    expect(bars).toEqual([
      { kind: 'loss', from: -halfPx, to: expect.closeTo(0, 0) as number },
      { kind: 'on-par', from: 0, to: expect.closeTo(halfPx * Math.log2(1.1), 0) as number },
      { kind: 'gain', from: 0, to: expect.closeTo(halfPx * 3, 0) as number },
    ])
  })

  it('tells the ratios, and what was not measured', () => {
    const svg = drawn('overhead')

    expect(texts(svg, 'text')).toEqual(expect.arrayContaining(['retry & more', '0.5', '8.0', 'not measured']))
    expect(texts(svg, 'desc')).toEqual([
      'Multiples of what Holdfast costs, on a logarithmic scale. timeout: by hand 0.5, p-timeout not measured. ' +
        'retry & more: by hand 1.1, cockatiel 8.0.',
    ])
  })

  it('has a dot for memory where that was measured', () => {
    expect(all(drawn('overhead'), 'circle')).toHaveLength(1 + 3)
    expect(all(drawn('overhead', [row('import', 'p-retry', { ratio: 2 })]), 'circle')).toHaveLength(0)
  })
})

describe('a chart of lines', () => {
  it('has a line for each subject, Holdfast first, and tells where it ends', () => {
    const svg = drawn('keyed', keyed)

    expect(all(svg, 'polyline').map(({ attributes }) => attributes['class'])).toEqual(['line own', 'line other'])
    expect(texts(svg, 'text')).toEqual(expect.arrayContaining(['holdfast: 1.1 at 1 k', 'by <hand>: 0.5 at 1 k']))
    expect(texts(svg, 'desc')).toEqual([
      'Multiples of Holdfast’s figure at the smallest n, on logarithmic axes. ' +
        'time per call, n keys, hits: holdfast 1.0 at 10, 1.1 at 1 k; by <hand> 0.5 at 10, 0.5 at 1 k.',
    ])
  })

  it('gives a subject the same colour in all panels', () => {
    const others = ['10 keys, churn', '100 keys, churn'].flatMap(group => [
      row(group, 'holdfast', { ns: 5 }),
      row(group, 'a third', { ns: 5 }),
      row(group, 'by <hand>', { ns: 5 }),
    ])

    const svg = drawn('keyed', [...keyed, ...others])

    const kinds = all(svg, 'polyline').map(({ attributes }) => attributes['class'])
    expect(kinds).toEqual(['line own', 'line other', 'line own', 'line third', 'line other'])
  })

  it('shows a long life by its tenths', () => {
    const tenths = [1, 10].map(tenth => row('holdfast, by tenths', `${tenth}`, { ns: 1_000 * tenth }))

    const svg = drawn('soak', [...tenths, row('at the end', 'holdfast', { ns: 5 })])

    expect(texts(svg, 'text')).toContain('holdfast: 10 at 10')
  })
})
