// Checks what the tests cannot see: the sources' ground rules, and the packages as users get them.
// Needs a build. `--report=FILE` writes the counts in the form of vitest's JSON reporter.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

  console.log(`${checks.length - failures} of ${checks.length} checks passed`)
  if (values.report) await writeReport(values.report, checks.length, failures)
  if (failures > 0) process.exitCode = 1
} finally {
  await rm(scratch, { recursive: true, force: true })
}

/** One after the other: the later ones use what the earlier ones made. @param {import('./checks/check.mjs').Check[]} checks */
async function runChecks(checks) {
  let failures = 0
  for (const { title, verify } of checks) {
    try {
      await verify()
      console.log(`✓ ${title}`)
    } catch (error) {
      failures += 1
      console.log(`✗ ${title}\n${indent(error instanceof Error ? error.message : String(error))}`)
    }
  }
  return failures
}

/** @param {string} text */
function indent(text) {
  return text.replace(/^/gm, '    ')
}

/** @param {string} file @param {number} total @param {number} failed */
async function writeReport(file, total, failed) {
  const counts = { numPassedTests: total - failed, numFailedTests: failed, numPendingTests: 0, numTodoTests: 0 }
  await writeFile(file, JSON.stringify(counts))
}
