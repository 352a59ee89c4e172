import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { filesBelow, patternPackages, portablePackages, publishedPackages } from '../workspace.mjs'
import { expectNone } from './check.mjs'

/** @typedef {import('../workspace.mjs').Package} Package */

/** @returns {import('./check.mjs').Check[]} */
export function contentChecks() {
  const portable = portablePackages()
  return [
    {
      title: 'packages that run everywhere import nothing but each other',
      verify: () => expectNone(portable.flatMap(foreignImports)),
    },
    {
      title: 'packages that run everywhere depend on nothing outside Holdfast',
      verify: () => expectNone(portable.flatMap(foreignDependencies)),
    },
    {
      title: 'no package brings anything but Holdfast, or runs a script when it is installed',
      verify: () => expectNone(publishedPackages().flatMap(uninvited)),
    },
    {
      title: 'holdfast exports every public name of core and the patterns',
      verify: async () => expectNone((await Promise.all(patternPackages().map(missingInUmbrella))).flat()),
    },
  ]
}

/** @param {Package} pkg */
function foreignImports({ name, folder }) {
  const code = filesBelow(join(folder, 'dist'), '.js')
    .map(file => readFileSync(file, 'utf8'))
    .join('\n')
  const specifiers = [...code.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g)].map(match => String(match[1]))
  return specifiers
    .filter(specifier => !specifier.startsWith('./') && !isOurs(specifier))
    .map(specifier => `${name} imports ${specifier}`)
}

/** @param {Package} pkg */
function foreignDependencies({ name, manifest }) {
  const { dependencies, peerDependencies, optionalDependencies } = manifest
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
    .filter(dependency => !isOurs(dependency))
    .map(dependency => `${name} depends on ${dependency}`)
}

/** @param {Package} pkg */
function uninvited({ name, manifest }) {
  const { dependencies, optionalDependencies, scripts } = manifest
  return [
    ...Object.keys({ ...dependencies, ...optionalDependencies })
      .filter(dependency => !isOurs(dependency))
      .map(dependency => `${name} brings ${dependency}`),
    ...Object.keys({ ...scripts }).map(script => `${name} has a script ${script}`),
  ]
}

/** @param {Package} pkg */
async function missingInUmbrella(pkg) {
  const umbrella = publishedPackages().find(({ name }) => name === 'holdfast')
  if (!umbrella) return ['there is no package holdfast']

  const [ours, theirs] = await Promise.all([load(umbrella), load(pkg)])
  return Object.keys(theirs)
    .filter(name => ours[name] !== theirs[name])
    .map(name => `${name} of ${pkg.name} is missing`)
}

/** @param {Package} pkg @returns {Promise<Record<string, unknown>>} */
function load({ folder }) {
  return import(pathToFileURL(join(folder, 'dist/index.js')).href)
}

/** @param {string} specifier */
function isOurs(specifier) {
  return specifier.startsWith('@holdfast/')
}
