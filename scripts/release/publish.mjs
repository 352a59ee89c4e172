import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { run } from '../run.mjs'

/** @typedef {import('../workspace.mjs').Package} Package */

/**
 * Gives the registry what it does not have yet, so that a release that broke off can be run again. A package comes after
 * those it depends on: nobody can install it before they are there.
 *
 * @param {string} folder of the tarballs
 * @param {Package[]} packages
 */
export async function publish(folder, packages) {
  const releases = dependenciesFirst(packages).map(({ name, manifest }) => {
    const version = String(manifest['version'])
    return { name, version, tarball: resolve(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`) }
  })
  const missing = releases.filter(({ tarball }) => !existsSync(tarball))
  if (missing.length > 0) throw new Error(`${missing.map(({ tarball }) => tarball).join(', ')} is missing`)

  for (const { name, version, tarball } of releases) {
    if (await isPublished(name, version)) console.log(`${name} ${version} is there already`)
    else console.log(await run('npm', ['publish', tarball, '--access', 'public', '--ignore-scripts']))
  }
}

/** @param {string} name @param {string} version */
async function isPublished(name, version) {
  try {
    // Silent, as its caller may have made it, it would not say why it fails.
    return (await run('npm', ['view', `${name}@${version}`, 'version', '--loglevel=error'])).includes(version)
  } catch (error) {
    // Only this says that there is none; any other failure is no answer.
    if (error instanceof Error && error.message.includes('E404')) return false
    throw error
  }
}

/** @param {Package[]} packages @returns {Package[]} */
function dependenciesFirst(packages) {
  /** @type {Set<Package>} */
  const ordered = new Set()
  /** @param {Package} pkg */
  const add = pkg => {
    for (const dependency of Object.keys(pkg.manifest['dependencies'] ?? {}))
      for (const each of packages) if (each.name === dependency) add(each)
    ordered.add(pkg)
  }
  for (const pkg of packages) add(pkg)
  return [...ordered]
}
