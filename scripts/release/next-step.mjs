import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What the state of the main branch asks for. Changesets that wait ask for new versions; a version without a tag asks to be
 * published.
 *
 * @param {string} folder of the repository
 * @param {string} version of the packages
 * @returns {'version' | 'publish' | 'nothing'}
 */
export function nextStep(folder, version) {
  const changesets = readdirSync(join(folder, '.changeset')).filter(
    name => name.endsWith('.md') && name !== 'README.md',
  )
  if (changesets.length > 0) return 'version'
  return isTagged(folder, `v${version}`) ? 'nothing' : 'publish'
}

/** @param {string} folder @param {string} tag */
function isTagged(folder, tag) {
  const { status, stderr } = spawnSync('git', ['ls-remote', '--exit-code', '--tags', 'origin', `refs/tags/${tag}`], {
    cwd: folder,
    encoding: 'utf8',
  })
  // 2 says that there is none. Anything else is no answer, and no reason to publish.
  if (status !== 0 && status !== 2) throw new Error(`git cannot tell whether ${tag} exists: ${stderr}`)
  return status === 0
}
