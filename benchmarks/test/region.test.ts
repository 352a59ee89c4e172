import { describe, expect, it } from 'vitest'
import { withRegion } from '../src/report/region.ts'

const page = 'before\n<!-- benchmarks:begin -->\nold\n<!-- benchmarks:end -->\nafter\n'

describe('withRegion', () => {
  it('replaces what stands between the two comments, and nothing else', () => {
    expect(withRegion(page, 'benchmarks', 'new')).toBe(
      'before\n<!-- benchmarks:begin -->\nnew\n<!-- benchmarks:end -->\nafter\n',
    )
  })

  it('changes nothing the second time', () => {
    const once = withRegion(page, 'benchmarks', 'new')

    expect(withRegion(once, 'benchmarks', 'new')).toBe(once)
  })

  it.each([
    ['neither', ''],
    ['no end', '<!-- benchmarks:begin -->'],
    ['no beginning', '<!-- benchmarks:end -->'],
    ['the end first', '<!-- benchmarks:end --><!-- benchmarks:begin -->'],
    ['others', page.replaceAll('benchmarks', 'figures')],
  ])('tells what to put where when there is %s', (_, broken) => {
    expect(() => withRegion(broken, 'benchmarks', 'new')).toThrow(
      'README.md: put a line <!-- benchmarks:begin --> and, below it, a line <!-- benchmarks:end -->',
    )
  })
})
