import { goalCount } from './goals.ts'
import { markdownTable } from './markdown.ts'
import { type Answer, section } from './section.ts'

const intro = `# Benchmarks

<!-- Written by \`npm run bench -- --report\` from the figures in benchmarks/reference. -->

What Holdfast costs, beside its peers and what an expert would write by hand. All ratios are to Holdfast, within one run:
above 1 the other one costs more, below 0.8 Holdfast loses, which is bold and comes first, and within ±20 % they are on
par. Read the ratios; nanoseconds are those of one noisy machine.

\`npm run bench\` measures it on yours. [Plain loops](decisions/plain-loops.md) tells how, and what not to believe.`

/** The page of all questions; those that have been answered link to their sections. */
export function page(answers: readonly Answer[]): string {
  const overview = markdownTable(
    ['question', '', 'goals'],
    answers.map(({ asked, result }) => [`[${asked.name}](#${asked.name})`, asked.title, goalCount(result.goals)]),
    3,
  )
  return `${[intro, overview, ...answers.map(section)].join('\n\n')}\n`
}
