import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { filesBelow, patternPackages, portablePackages, publishedPackages, root } from '../workspace.mjs'
import { expectNone } from './check.mjs'

const maxLines = 200

/**
 * A method of a clock object, as in `clock.setTimeout`, is not the global. Reckoning with a date that is given, as in
 * `Date.UTC(…)` and `new Date(ms)`, asks no clock.
 */
const timeGlobals =
  /(?:(?<![.\w])|\bglobalThis\.)(?:setTimeout|clearTimeout|setInterval|clearInterval|performance|Date(?!\.UTC\b|\([^)]))\b/
const signalSources = /\bnew AbortController\b|\bAbortSignal\.\w+|\b(?:add|remove)EventListener\b/

/** @returns {import('./check.mjs').Check[]} */
export function sourceChecks() {
  return [
    {
      title: `no source file has more than ${maxLines} lines`,
      verify: () => expectNone(sources(publishedPackages()).flatMap(tooLong)),
    },
    {
      title: 'only core/src/clock.ts touches timers, performance and Date',
      verify: () => expectOnlyIn('packages/core/src/clock.ts', timeGlobals, portablePackages()),
    },
    {
      title: 'in core and the patterns, only core/src/signal.ts derives and listens to signals',
      verify: () => expectOnlyIn('packages/core/src/signal.ts', signalSources, patternPackages()),
    },
  ]
}

/** @param {import('../workspace.mjs').Package[]} packages */
function sources(packages) {
  return packages.flatMap(({ folder }) => filesBelow(join(folder, 'src'), '.ts'))
}

/** @param {string} file */
function tooLong(file) {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length
  return lines > maxLines ? [`${relative(root, file)} has ${lines} lines`] : []
}

/** @param {string} allowed @param {RegExp} pattern @param {import('../workspace.mjs').Package[]} packages */
function expectOnlyIn(allowed, pattern, packages) {
  const others = sources(packages).filter(file => relative(root, file) !== allowed)
  expectNone(others.flatMap(file => matchingLines(file, pattern)))
}

/** @param {string} file @param {RegExp} pattern */
function matchingLines(file, pattern) {
  const code = readFileSync(file, 'utf8')
  const lines = code.split('\n')
  return blankCommentsAndStrings(code)
    .split('\n')
    .flatMap((bare, index) =>
      pattern.test(bare) ? [`${relative(root, file)}:${index + 1}: ${lines[index]?.trim()}`] : [],
    )
}

/** Keeps the line breaks, so that line numbers stay true. @param {string} code */
function blankCommentsAndStrings(code) {
  const commentOrString = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g
  return code.replace(commentOrString, found => found.replace(/[^\n]/g, ' '))
}
