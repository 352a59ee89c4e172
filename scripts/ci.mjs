// Runs every step with the commands that people use, goes on after a failure, and counts.
// It runs on whatever Node is installed, before the dependencies are.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {string[]} command
 * @property {string} [report] where the command writes how many tests passed; without one, the step counts as one test
 *
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} failures what failed, and how
 */

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = mkdtempSync(join(tmpdir(), 'holdfast-ci-'))

// The tests on real servers are part of the verdict, and not skipped as they are where no server can be had.
process.env['HOLDFAST_REQUIRE_SERVERS'] = '1'

/** @type {Step} */
const servers = { title: 'servers that no package carries', command: ['bash', 'scripts/install-servers.sh'] }

/** @type {Step} */
const install = { title: 'install', command: ['node', 'scripts/bootstrap.mjs'] }

/** @type {Step[]} */
const steps = [
  { title: 'format', command: npm('format:check') },
  { title: 'lint', command: npm('lint') },
  { title: 'unused files, exports and dependencies', command: npm('unused') },
  { title: 'types', command: npm('types') },
  testStep('tests', 'test', 'tests.json'),
  { title: 'build', command: npm('build') },
  reportStep('packages', 'check', 'packages.json'),
  { title: 'public API', command: npm('api:check') },
  { title: 'size budgets', command: npm('size') },
  testStep('tests on the built packages', 'test:dist', 'tests-dist.json'),
  testStep('a minute of bank transfers under faults', 'campaign:bank', 'bank.json'),
  { title: 'coverage', command: npm('coverage') },
  { title: 'cost of a call beside what is written by hand', command: npm('bench:check') },
  ...mutationSteps(),
  { title: 'demo', command: npm('demo') },
  { title: 'examples', command: npm('examples') },
  { title: 'site, its links and anchors', command: npm('site') },
  { title: 'site in a browser', command: npm('site:browse') },
  reportStep('runtimes and tools of users', 'compatibility', 'compatibility.json'),
]

/** @type {Counts} */
const total = { passed: 0, failed: 0, skipped: 0, failures: [] }

try {
  // Nothing works without the dependencies.
  if (runAndCount(servers) && runAndCount(install)) for (const step of steps) runAndCount(step)
} finally {
  rmSync(reports, { recursive: true, force: true })
}

// Once more at the end, where whoever reads a log looks first.
for (const failure of total.failures) console.log(`\nFAILED ${failure}`)
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 ? 1 : 0

/** @param {Step} step */
function runAndCount(step) {
  console.log(`\n== ${step.title}`)
  const startMs = Date.now()
  const [command, ...args] = step.command
  const succeeded =
    spawnSync(String(command), args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
  console.log(`-- ${step.title} ${succeeded ? 'passed' : 'FAILED'} in ${((Date.now() - startMs) / 1000).toFixed(1)} s`)

  const counts = step.report
    ? readCounts(step.report)
    : { passed: succeeded ? 1 : 0, failed: 0, skipped: 0, failures: [] }
  // A step can fail although no test did: a type error, an unhandled rejection, a crash.
  if (!succeeded && counts.failed === 0) {
    counts.failed = 1
    counts.failures.push(`the command ${step.command.join(' ')}`)
  }

  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
  total.failures.push(...counts.failures.map(failure => `${step.title}: ${failure}`))
  return counts.failed === 0
}

/** @param {string} file @returns {Counts} */
function readCounts(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
      failures: failuresIn(report),
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0, failures: ['the command ended before it could report'] }
  }
}

/**
 * A report as Vitest writes it; others may have the counts only.
 *
 * @param {{ testResults?: { name: string, assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[] }} report
 */
function failuresIn({ testResults = [] }) {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${relative(root, name)}: ${fullName}\n${failureMessages.join('\n')}`),
  )
}

/** @param {string} title @param {string} script @param {string} file @returns {Step} */
function testStep(title, script, file) {
  const report = join(reports, file)
  const command = npm(script, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`)
  return { title, command, report }
}

/** @param {string} title @param {string} script @param {string} file @returns {Step} */
function reportStep(title, script, file) {
  const report = join(reports, file)
  return { title, command: npm(script, `--report=${report}`), report }
}

/** Of what the last commit has changed, as far as its parent is here: a clone may be shallow. @returns {Step[]} */
function mutationSteps() {
  const { status } = spawnSync('git', ['rev-parse', '--verify', '--quiet', 'HEAD~1'], { cwd: root })
  if (status !== 0) return []
  return [{ title: 'mutation of changed files', command: npm('mutation', '--since=HEAD~1', '--most=8') }]
}

/** @param {string} script @param {string[]} args */
function npm(script, ...args) {
  return ['npm', 'run', '--silent', script, ...(args.length > 0 ? ['--', ...args] : [])]
}
