import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { run } from '../scripts/run.mjs'
import { makeProject } from './project.mjs'
import { Missing } from './row.mjs'
import { rows } from './rows.mjs'
import { startServer } from './server.mjs'

/** @typedef {import('./row.mjs').Row} Row */
/** @typedef {import('./row.mjs').Scene} Scene */

/** @typedef {{ row: Row, passed: number, problems: string[], missing?: string }} Outcome */

/** Tries what was asked for, and prints a table. @param {string[]} args @returns {Promise<number>} the exit code */
export async function report(args) {
  const { values, positionals: words } = parseArgs({
    args,
    options: { report: { type: 'string' } },
    allowPositionals: true,
  })
  const wanted = rows().filter(
    ({ name, what }) =>
      words.length === 0 || words.some(word => `${name} ${what}`.toLowerCase().includes(word.toLowerCase())),
  )
  if (wanted.length === 0) throw new Error(`expected words of the names of rows, got ${words.join(' ')}`)
  await run('node', ['scripts/build.mjs'])

  const folder = await mkdtemp(join(tmpdir(), 'holdfast-compatibility-'))
  try {
    const outcomes = await outcomesOf(wanted, await makeProject(folder))
    if (values.report) await writeReport(values.report, outcomes)
    return outcomes.some(({ problems }) => problems.length > 0) ? 1 : 0
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Prints each as it comes. @param {Row[]} wanted @param {string} project */
async function outcomesOf(wanted, project) {
  const server = await startServer(project)
  try {
    /** @type {Outcome[]} */
    const outcomes = []
    for (const row of wanted) {
      const outcome = await outcomeOf(row, { project, server })
      console.log(lineOf(outcome))
      outcomes.push(outcome)
    }
    return outcomes
  } finally {
    await server.close()
  }
}

/** @param {Row} row @param {Scene} scene @returns {Promise<Outcome>} */
async function outcomeOf(row, scene) {
  try {
    const results = await row.results(scene)
    const problems = results.flatMap(({ title, problem }) => (problem === undefined ? [] : [`${title}: ${problem}`]))
    return { row, passed: results.length - problems.length, problems }
  } catch (error) {
    // What a verdict depends on must be there.
    if (error instanceof Missing && process.env['HOLDFAST_REQUIRE_SERVERS'] !== '1')
      return { row, passed: 0, problems: [], missing: error.message }
    return { row, passed: 0, problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)] }
  }
}

/** @param {Outcome} outcome */
function lineOf({ row: { name, what }, passed, problems, missing }) {
  const verdict = missing ?? `${passed} passed, ${problems.length} failed`
  const lines = problems.map(problem => problem.replace(/^/gm, '    '))
  return [`${name.padEnd(24)} ${what.padEnd(28)} ${missing === undefined ? '' : 'skipped: '}${verdict}`, ...lines].join(
    '\n',
  )
}

/** @param {string} file @param {Outcome[]} outcomes */
async function writeReport(file, outcomes) {
  const sum = (/** @type {(outcome: Outcome) => number} */ count) =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0)
  const assertionResults = outcomes.flatMap(({ row: { name, what }, problems }) =>
    problems.map(problem => ({ status: 'failed', fullName: `${name}, ${what}`, failureMessages: [problem] })),
  )
  const counts = {
    numPassedTests: sum(({ passed }) => passed),
    numFailedTests: assertionResults.length,
    numPendingTests: sum(({ missing }) => (missing === undefined ? 0 : 1)),
    numTodoTests: 0,
    testResults: [{ name: 'compatibility', assertionResults }],
  }
  await writeFile(file, JSON.stringify(counts))
}
