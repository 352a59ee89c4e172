import { describe, expect, it } from 'vitest'
import { rendered } from '../src/report/rendered.ts'
import { answers } from './answers.ts'

const readme = '# Holdfast\n\n<!-- benchmarks:begin -->\n<!-- benchmarks:end -->\n'

describe('rendered', () => {
  it('makes the README, a page, and a chart for each question', () => {
    const files = rendered(answers, readme)

    expect([...files.keys()]).toEqual([
      'README.md',
      'docs/benchmarks.md',
      'docs/charts/overhead.svg',
      'docs/charts/rejection.svg',
    ])
    expect(files.get('README.md')).toContain('| retry | – | 3.0 (2.0) | – | – |')
  })

  it('makes the same of the same figures', () => {
    const once = rendered(answers, readme)

    expect(rendered(answers, once.get('README.md') ?? '')).toEqual(once)
  })

  it('has a section for each question: how it was measured, goals, chart, ratios, and all figures folded', () => {
    const page = rendered(answers, readme).get('docs/benchmarks.md') ?? ''

    expect(page.slice(page.indexOf('## rejection'))).toBe(`## rejection

**What does a rejected call cost?**

As before. Measured on 2026-11-22 with Node 24.1.0 on linux x64, 2 cores.

![Time of a rejected call](charts/rejection.svg)

| time (memory) | opossum |
|---|---:|
| open circuit | **0.5** (**0.7**) |

<details>
<summary>All figures</summary>

|  | of | × holdfast | ns above |
|---|---|---:|---:|
| open circuit | opossum | 0.50 | 250 |
| open circuit | holdfast | 1.00 | 500 |

</details>
`)
  })

  it('tells first which goals are missed', () => {
    const page = rendered(answers, readme).get('docs/benchmarks.md') ?? ''

    expect(page).toContain('| [overhead](#overhead) | What does a call cost? | **1 missed**, 1 met |')
    expect(page).toContain(
      '| timeout: to that of by hand | 1.5 | 2 | **missed** |\n| retry: to that of cockatiel | 0.4 | 0.2 | met |',
    )
    expect(page).toContain('All take turns. Measured on')
  })
})
