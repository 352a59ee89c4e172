// Checks what the tests cannot see: the sources' ground rules, and the packages as users get them.
// Needs a build. `--report=FILE` writes the counts in the form of vitest's JSON reporter.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { contentChecks } from './checks/content.mjs'
import { newcomerChecks } from './checks/newcomer.mjs'
import { sourceChecks } from './checks/source.mjs'
import { packAll, tarballChecks } from './checks/tarball.mjs'

const { values } = parseArgs({ options: { report: { type: 'string' } } })
const scratch = await mkdtemp(join(tmpdir(), 'holdfast-check-'))

try {
  const tarballs = await packAll(scratch)
  const checks = [
    ...sourceChecks(),
    ...contentChecks(),
    ...tarballChecks(tarballs),
    ...newcomerChecks(tarballs, join(scratch, 'newcomer')),
  ]
  const failures = await runChecks(checks)

  console.log(`${checks.length - failures.length} of ${checks.length} checks passed`)
  if (values.report) await writeReport(values.report, checks.length, failures)
  if (failures.length > 0) process.exitCode = 1
} finally {
  await rm(scratch, { recursive: true, force: true })
}

/** @typedef {{ title: string, message: string }} Failure */

/** One after the other: the later ones use what the earlier ones made. @param {import('./checks/check.mjs').Check[]} checks */
async function runChecks(checks) {
  /** @type {Failure[]} */
  const failures = []
  for (const { title, verify } of checks) {
    try {
      await verify()
      console.log(`✓ ${title}`)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      failures.push({ title, message })
      console.log(`✗ ${title}\n${indent(message)}`)
    }
  }
  return failures
}

/** @param {string} text */
function indent(text) {
  return text.replace(/^/gm, '    ')
}

/** @param {string} file @param {number} total @param {Failure[]} failures */
async function writeReport(file, total, failures) {
  const assertionResults = failures.map(({ title, message }) => ({
    status: 'failed',
    fullName: title,
    failureMessages: [message],
  }))
  const report = {
    numPassedTests: total - failures.length,
    numFailedTests: failures.length,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [{ name: fileURLToPath(import.meta.url), assertionResults }],
  }
  await writeFile(file, JSON.stringify(report))
}
