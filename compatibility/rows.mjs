import { readFileSync } from 'node:fs'
import { bundler } from './rows/bundlers.mjs'
import { jest } from './rows/jest.mjs'
import { required } from './rows/modules.mjs'
import { bun, chromium, deno, node, workerd } from './rows/runtimes.mjs'
import { typescript } from './rows/typescript.mjs'

/** @type {{ dependencies: Record<string, string>, optionalDependencies: Record<string, string> }} */
const manifest = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

const nodes = Object.keys(manifest.optionalDependencies).flatMap(name => /^node-(.+)-x64$/.exec(name)?.[1] ?? [])

/** All that is tried, as the manifest has it. @returns {import('./row.mjs').Row[]} */
export function rows() {
  return [
    ...nodes.map(node),
    bun(versionOf('bun')),
    deno(versionOf('deno')),
    workerd(versionOf('workerd')),
    chromium(),
    ...nodes.map(required),
    ...jest(versionOf('jest')),
    ...compilers().map(folder => typescript(folder)(versionOf(folder))),
    ...['esbuild', 'rollup', 'vite'].map(name => bundler(name, versionOf(name))),
  ]
}

function compilers() {
  return Object.keys(manifest.dependencies)
    .filter(name => name.startsWith('typescript'))
    .toSorted((one, other) => versionOf(one).localeCompare(versionOf(other)))
}

/** @param {string} name */
function versionOf(name) {
  return (manifest.dependencies[name] ?? '').replace(/^npm:.*@/, '')
}
