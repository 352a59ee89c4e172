import { publishedPackages } from '../workspace.mjs'

/** The version of all packages: they are released together. @returns {string} */
export function releasedVersion() {
  const versions = new Set(publishedPackages().map(({ manifest }) => manifest['version']))
  const [version, ...others] = versions
  if (others.length > 0) throw new Error(`the packages have different versions: ${[...versions].join(', ')}`)
  return version
}
