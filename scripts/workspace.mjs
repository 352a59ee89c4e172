import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * @typedef {object} Package
 * @property {string} name
 * @property {string} folder absolute path
 * @property {Record<string, any>} manifest
 */

/** The packages that are published. @returns {Package[]} */
export function publishedPackages() {
  return readdirSync(join(root, 'packages')).map(directory => {
    const folder = join(root, 'packages', directory)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return { name: manifest.name, folder, manifest }
  })
}

const patterns = ['core', 'retry', 'timeout', 'circuit-breaker', 'bulkhead', 'fallback']

/** The kernel and the five patterns. @returns {Package[]} */
export function patternPackages() {
  return packagesNamed(patterns)
}

/** The packages that run wherever JavaScript runs. @returns {Package[]} */
export function portablePackages() {
  return packagesNamed([...patterns, 'fetch'])
}

/** @param {string[]} names */
function packagesNamed(names) {
  return publishedPackages().filter(({ name }) => names.includes(name.replace('@holdfast/', '')))
}

/** Files below a folder whose names end in `ending`, as absolute paths. @param {string} folder @param {string} ending */
export function filesBelow(folder, ending) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith(ending))
    .map(file => join(folder, file))
}
