import { relative } from 'node:path'
import { root } from '../workspace.mjs'

/**
 * What a manifest says of the repository it comes from. The registry compares it with what it knows of the workflow that
 * publishes, so it is taken from that workflow's environment.
 *
 * @param {string} folder of the package, absolute
 * @param {NodeJS.ProcessEnv} environment
 */
export function originOf(folder, environment) {
  const server = environment['GITHUB_SERVER_URL']
  const repository = environment['GITHUB_REPOSITORY']
  if (!server || !repository) throw new Error('GITHUB_SERVER_URL and GITHUB_REPOSITORY must say where the sources are')

  const address = `${server}/${repository}`
  const directory = relative(root, folder).replaceAll('\\', '/')
  return {
    homepage: `${address}/tree/HEAD/${directory}#readme`,
    bugs: { url: `${address}/issues` },
    repository: { type: 'git', url: `git+${address}.git`, directory },
  }
}
