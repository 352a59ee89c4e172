import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { readResult, reference } from '../harness/results.ts'
import { questionNamed, questionNames } from '../questions/all.ts'
import { chartTitleOf } from './charts.ts'
import { rendered } from './rendered.ts'
import type { Answer } from './section.ts'

const root = new URL('../../../', import.meta.url)

/** Renders the committed figures into docs/benchmarks.md, its charts, and the table of the README. */
export async function writeReport(): Promise<void> {
  const names = questionNames.filter(name => existsSync(new URL(`${name}.json`, reference)))
  const answers = await Promise.all(names.map(answerTo))
  const readme = await readFile(new URL('README.md', root), 'utf8')
  for (const [path, content] of rendered(answers, readme)) {
    const file = new URL(path, root)
    await mkdir(new URL('.', file), { recursive: true })
    await writeFile(file, content)
    console.log(path)
  }
  const missing = questionNames.filter(name => !names.includes(name))
  if (missing.length > 0) console.log(`Without ${missing.join(', ')}, of which there are no committed figures`)
}

async function answerTo(name: string): Promise<Answer> {
  const [asked, result] = await Promise.all([questionNamed(name), readResult(reference, name)])
  return { asked, result, chartTitle: chartTitleOf(name) }
}
