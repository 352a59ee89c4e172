// Builds every published package into its dist folder: a JavaScript file for each export, and the declarations.

import { spawnSync } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { build } from 'tsup'
import { filesBelow, publishedPackages } from './workspace.mjs'

/** @typedef {import('./workspace.mjs').Package} Package */

const packages = publishedPackages()

// From nothing, so that a deleted source leaves no declaration behind.
await Promise.all(packages.flatMap(({ folder }) => [remove(folder, 'dist'), remove(folder, '.types')]))
emitDeclarations()
await Promise.all(packages.map(bundle))
await Promise.all(packages.map(copyDeclarations))

console.log(`Built ${packages.length} packages`)

function emitDeclarations() {
  const { status } = spawnSync('tsc', ['-b', ...packages.map(({ folder }) => folder)], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

/** @param {Package} pkg */
async function bundle({ folder, manifest }) {
  await build({
    config: false,
    entry: sourcesOfExports(manifest).map(file => join(folder, file)),
    outDir: join(folder, 'dist'),
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    // Which packages may import what of Node is checked once they are built.
    external: [/^@holdfast\//, /^node:/],
    splitting: true, // what two exports share must exist once
    removeNodeProtocol: false,
    dts: false,
    silent: true,
  })
}

/** @param {Package['manifest']} manifest @returns {string[]} */
function sourcesOfExports({ exports }) {
  return Object.values(exports).flatMap(target => target['@holdfast/source'] ?? [])
}

/** TypeScript rewrites `.ts` in the imports of JavaScript that it emits, but not in declarations. @param {Package} pkg */
async function copyDeclarations({ folder }) {
  const types = join(folder, '.types')
  for (const file of filesBelow(types, '.d.ts')) {
    const target = join(folder, 'dist', relative(types, file))
    const declarations = await readFile(file, 'utf8')
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, declarations.replace(/(['"]\.{1,2}\/[^'"]+)\.ts(?=['"])/g, '$1.js'))
  }
}

/** @param {string} folder @param {string} name */
function remove(folder, name) {
  return rm(join(folder, name), { recursive: true, force: true })
}
