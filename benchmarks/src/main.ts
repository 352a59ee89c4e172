import process from 'node:process'
import { parseArgs } from 'node:util'
import { progress } from './harness/progress.ts'
import type { Question } from './harness/question.ts'
import { reference, resultOf, results, writeResult } from './harness/results.ts'
import { runQuestion } from './harness/run-question.ts'
import { tableOf } from './harness/table.ts'
import { questionNamed, questionNames } from './questions/all.ts'

const usage = `Usage: npm run bench [-- [question …] [--keep]]   measure, all questions or some
       npm run bench -- --report                  render the committed figures into the documentation

  --keep   make what is measured the committed figures

Questions: ${questionNames.join(', ')}`

const request = understood(process.argv.slice(2))
if (request === undefined) process.exitCode = 2
else if (request.isReport) await (await import('./report/report.ts')).writeReport()
else for (const name of request.names) await ask(await questionNamed(name), request.folders)

/** Explains itself for what it does not understand. */
function understood(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { keep: { type: 'boolean' }, report: { type: 'boolean' } },
    })
    const unknown = positionals.filter(name => !questionNames.includes(name))
    if (unknown.length > 0) throw new RangeError(`there is no question ${unknown.join(', ')}`)
    return {
      isReport: values.report === true,
      names: positionals.length > 0 ? positionals : questionNames,
      folders: values.keep === true ? [results, reference] : [results],
    }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    return undefined
  }
}

async function ask(question: Question, folders: readonly URL[]): Promise<void> {
  console.log(`\n${question.name}: ${question.title}\n${question.method}\n`)
  const { tell, end } = progress(question.name)
  const rows = await runQuestion(question, tell).finally(end)
  console.log(tableOf(question, rows))
  for (const folder of folders) await writeResult(folder, resultOf(question, rows))
}
