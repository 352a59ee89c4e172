import { chartSvg } from './charts.ts'
import { page } from './page.ts'
import { readmeTable } from './readme-table.ts'
import { withRegion } from './region.ts'
import type { Answer } from './section.ts'

/** What the files of the repository are to hold, by their path from its root; the same for the same figures. */
export function rendered(answers: readonly Answer[], readme: string): ReadonlyMap<string, string> {
  const table = readmeTable(answers.map(({ result }) => result))
  return new Map([
    ['README.md', withRegion(readme, 'benchmarks', table)],
    ['docs/benchmarks.md', page(answers)],
    ...answers.map(({ result }) => [`docs/charts/${result.question}.svg`, chartSvg(result)] as const),
  ])
}
