// Mutation testing: changes the sources in all small ways that are likely to be mistakes, one at a time, and asks whether
// the package's own tests notice. Fails unless all are noticed but those that are listed as equivalent, with the reason.
//
//   npm run mutation                       the kernel and the five patterns
//   npm run mutation -- retry timeout      these packages
//   npm run mutation -- --since=main       the files that have changed since then
//   npm run mutation -- --since=main --most=10   as many of them at most; says which it leaves out
//   npm run mutation -- --file=packages/core/src/scope.ts

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { filesBelow, patternPackages, root } from './workspace.mjs'

/**
 * @typedef {object} Mutant
 * @property {string} file below the root
 * @property {number} line
 * @property {string} original the text that was replaced
 * @property {string} replacement
 * @property {string} status as Stryker says it
 *
 * @typedef {object} Equivalent a change that no test can notice
 * @property {string} file
 * @property {string} original
 * @property {string} replacement
 * @property {string} reason
 */

const { values, positionals } = parseArgs({
  options: { since: { type: 'string' }, most: { type: 'string' }, file: { type: 'string', multiple: true } },
  allowPositionals: true,
})
/** @type {Equivalent[]} */
const equivalents = JSON.parse(readFileSync(join(root, 'scripts', 'mutation', 'equivalent.json'), 'utf8'))
const reports = mkdtempSync(join(tmpdir(), 'holdfast-mutation-reports-'))

try {
  const rows = chosenFiles().map(({ name, files }) => judge(name, files, mutate(name, files)))
  console.log('\n| package | mutants | noticed | equivalent | not noticed |\n|---|---|---|---|---|')
  for (const { name, mutants, noticed, equivalent, missed } of rows) {
    console.log(`| ${name} | ${mutants} | ${noticed} | ${equivalent} | ${missed} |`)
  }
  if (rows.some(({ missed, stale }) => missed > 0 || stale > 0)) process.exitCode = 1
} finally {
  rmSync(reports, { recursive: true, force: true })
}

/** The files to mutate of each package, by the arguments. */
function chosenFiles() {
  const sources = patternPackages().map(({ folder, name }) => {
    const files = filesBelow(join(folder, 'src'), '.ts').map(file => file.slice(root.length).split(sep).join('/'))
    return { name: name.replace('@holdfast/', ''), files }
  })
  const changed = values.since === undefined ? values.file : changedSince(values.since)
  const wanted = changed && sources.flatMap(({ files }) => files).filter(file => changed.includes(file))
  const most = Number(values.most ?? Infinity)
  if (wanted && wanted.length > most) console.log(`left out: ${wanted.slice(most).join(', ')}`)
  return sources
    .map(({ name, files }) => ({ name, files: files.filter(file => wanted?.slice(0, most).includes(file) ?? true) }))
    .filter(({ name, files }) => files.length > 0 && (positionals.length === 0 || positionals.includes(name)))
}

/** @param {string} revision */
function changedSince(revision) {
  const { status, stdout, stderr } = spawnSync('git', ['diff', '--name-only', '--diff-filter=d', revision], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`git diff since ${revision} failed: ${stderr}`)
  return stdout.split('\n')
}

/** @param {string} name @param {string[]} files @returns {Mutant[]} */
function mutate(name, files) {
  console.log(`\n== ${name}`)
  const report = join(reports, `${name}.json`)
  const { status } = spawnSync('stryker', ['run', 'scripts/mutation/stryker.config.mjs', '--mutate', files.join(',')], {
    cwd: root,
    env: { ...process.env, HOLDFAST_MUTATED: name, HOLDFAST_MUTATION_REPORT: report },
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`mutation of ${name} ended with ${status}`)
  return mutantsOf(JSON.parse(readFileSync(report, 'utf8')))
}

/** @param {{ files: Record<string, { source: string, mutants: any[] }> }} report @returns {Mutant[]} */
function mutantsOf({ files }) {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n')
    return mutants.map(({ location: { start, end }, replacement = '', status }) => {
      const text = lines.slice(start.line - 1, end.line)
      text.push(String(text.pop()).slice(0, end.column - 1))
      const original = text.join('\n').slice(start.column - 1)
      return { file, line: start.line, original, replacement, status }
    })
  })
}

/** @param {string} name @param {string[]} files @param {Mutant[]} mutants */
function judge(name, files, mutants) {
  const valid = mutants.filter(({ status }) => status !== 'CompileError' && status !== 'RuntimeError')
  const survivors = valid.filter(({ status }) => status !== 'Killed' && status !== 'Timeout')
  const missed = survivors.filter(mutant => !equivalents.some(known => isSame(known, mutant)))
  const known = equivalents.filter(({ file }) => files.includes(file))
  const stale = known.filter(equivalent => !survivors.some(mutant => isSame(equivalent, mutant)))
  for (const { file, line, original, replacement } of missed) {
    console.log(`not noticed: ${file}:${line}\n  - ${original}\n  + ${replacement}`)
  }
  for (const { file, original, replacement } of stale) {
    console.log(`listed as equivalent, and is not there or is noticed: ${file}\n  - ${original}\n  + ${replacement}`)
  }
  const equivalent = survivors.length - missed.length
  const noticed = valid.length - survivors.length
  return { name, mutants: valid.length, noticed, equivalent, missed: missed.length, stale: stale.length }
}

/** @param {Equivalent} one @param {Mutant} other */
function isSame(one, other) {
  return one.file === other.file && one.original === other.original && one.replacement === other.replacement
}
