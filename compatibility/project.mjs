import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packAll } from '../scripts/checks/tarball.mjs'
import { run } from '../scripts/run.mjs'

const wanted = ['core', 'retry', 'timeout', 'circuit-breaker', 'bulkhead', 'fallback', 'fetch']

/** Packs the packages, and installs the tarballs into an empty project beside the suite. @param {string} folder */
export async function makeProject(folder) {
  const tarballs = await packAll(join(folder, 'tarballs'))
  const names = ['holdfast', ...wanted.map(name => `@holdfast/${name}`)]
  const dependencies = Object.fromEntries(
    tarballs.filter(({ name }) => names.includes(name)).map(({ name, file }) => [name, `file:${file}`]),
  )
  // Overrides make the packages take each other from the tarballs too.
  const overrides = Object.fromEntries(Object.keys(dependencies).map(name => [name, `$${name}`]))

  const project = join(folder, 'project')
  await mkdir(project)
  const manifest = { private: true, type: 'module', dependencies, overrides }
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest))
  await run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], project)
  await cp(fileURLToPath(new URL('smoke', import.meta.url)), join(project, 'smoke'), { recursive: true })
  return project
}
