import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../run.mjs'
import { publishedPackages } from '../workspace.mjs'
import { expectNone } from './check.mjs'

/**
 * @typedef {object} Tarball
 * @property {string} name
 * @property {string} file absolute path
 * @property {string[]} folders what it holds besides its build
 */

/** Packs every package as `pnpm publish` would. @param {string} folder @returns {Promise<Tarball[]>} */
export async function packAll(folder) {
  await mkdir(folder, { recursive: true })
  return Promise.all(
    publishedPackages().map(async ({ name, folder: cwd, manifest }) => {
      const file = join(folder, `${name.replace('@', '').replace('/', '-')}.tgz`)
      await run('pnpm', ['pack', '--out', file], cwd)
      return { name, file, folders: shippedFolders(manifest) }
    }),
  )
}

/** @param {Tarball[]} tarballs @returns {import('./check.mjs').Check[]} */
export function tarballChecks(tarballs) {
  return tarballs.flatMap(({ name, file, folders }) => [
    { title: `${name}: publint finds nothing`, verify: () => run('publint', ['--strict', file]) },
    {
      title: `${name}: every module resolution finds its types`,
      verify: () => run('attw', ['--profile', 'esm-only', '--no-emoji', file]),
    },
    { title: `${name}: holds code, types, README and LICENSE, nothing else`, verify: () => verifyFiles(file, folders) },
  ])
}

/** @param {string} file @param {string[]} folders */
async function verifyFiles(file, folders) {
  const listed = (await run('tar', ['-tzf', file])).trimEnd().split('\n')
  const required = ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts'].map(inTarball)
  const allowed = (/** @type {string} */ path) =>
    required.includes(path) ||
    folders.some(folder => path.startsWith(inTarball(`${folder}/`))) ||
    /^package\/dist\/(?:[\w-]+\/)*[\w-]+(?:\.d\.ts|\.js)$/.test(path)
  expectNone([
    ...required.filter(path => !listed.includes(path)).map(path => `${path} is missing`),
    ...listed.filter(path => !allowed(path)).map(path => `${path} does not belong here`),
  ])
}

/** @param {string} path */
function inTarball(path) {
  return `package/${path}`
}

/** @param {Record<string, any>} manifest @returns {string[]} */
function shippedFolders(manifest) {
  const files = /** @type {string[]} */ (manifest['files'])
  return files.filter(folder => folder !== 'dist')
}
