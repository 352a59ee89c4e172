import { fork } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Question, Row } from './question.ts'

const worker = fileURLToPath(new URL('worker.ts', import.meta.url))

/** Room for all that a round allocates, so that nothing is collected while it is measured. */
const usualFlags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64']

/** Fails, with what the process has said, unless all subjects of a question do the same work. */
export async function verifyApart(question: Question): Promise<void> {
  await runApart(question, ['verify'])
}

/** Measures one case of a question in a process of its own. */
export async function measureApart(question: Question, position: number): Promise<readonly Row[]> {
  const rows = await runApart(question, ['measure', String(position)])
  if (rows === undefined) throw new Error(`${question.name}: ${question.cases[position]?.name} measured nothing`)
  return rows
}

async function runApart({ name, execArgv = usualFlags }: Question, args: readonly string[]) {
  const child = fork(worker, [name, ...args], { execArgv: [...process.execArgv, ...execArgv] })
  let rows: readonly Row[] | undefined
  child.on('message', sent => {
    rows = sent as readonly Row[]
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${name}: ${args.join(' ')} failed, the process ended with ${code}`)
  return rows
}
