// The public API of every published package as text, in the folder api: a change of an exported signature shows in review.
// Needs a build.
//
//   npm run api         writes the reports
//   npm run api:check   fails, and shows the difference, where a report is not what the build exports

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { entryPointsOf, writeReport } from './api/report.mjs'
import { publishedPackages, root } from './workspace.mjs'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const committed = join(root, 'api')
const entryPoints = publishedPackages().flatMap(entryPointsOf)

if (values.check) check()
else write()

function write() {
  rmSync(committed, { recursive: true, force: true })
  mkdirSync(committed)
  for (const entryPoint of entryPoints) writeReport(entryPoint, committed)
  rmSync(join(committed, 'temp'), { recursive: true })
  console.log(`Wrote ${entryPoints.length} reports`)
}

function check() {
  const built = mkdtempSync(join(tmpdir(), 'holdfast-api-'))
  try {
    for (const entryPoint of entryPoints) writeReport(entryPoint, built)
    rmSync(join(built, 'temp'), { recursive: true })

    const { status } = spawnSync('git', ['--no-pager', 'diff', '--no-index', committed, built], { stdio: 'inherit' })
    if (status === 0) console.log(`${entryPoints.length} reports are what the packages export`)
    else console.error('The packages export something else than the reports in api/ say: npm run api')
    process.exitCode = status === 0 ? 0 : 1
  } finally {
    rmSync(built, { recursive: true })
  }
}
