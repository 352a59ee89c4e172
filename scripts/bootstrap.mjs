// Runs before every script a newcomer may call first, so that `npm test` works in a fresh clone.
// It runs on whatever Node is installed: no dependency, no syntax newer than Node 16.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'

const pnpmVersion = '12.21.0'
const root = new URL('../', import.meta.url)
const stamp = new URL('node_modules/.bootstrap-stamp', root)

refuseOldNode()

// pnpm has checked the installation before it runs a script (verifyDepsBeforeRun).
const calledByPnpm = process.env['npm_config_user_agent']?.startsWith('pnpm/') ?? false

if (!calledByPnpm && read(stamp) !== fingerprint()) {
  console.log(`Installing dependencies with pnpm ${pnpmVersion}`)
  install()
  writeFileSync(stamp, fingerprint())
}

function refuseOldNode() {
  // On Linux the workspace installs its own Node 24 for the tools; elsewhere they run on this one.
  const bringsOwnNode = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
  const minimum = bringsOwnNode ? '20.19.0' : '22.19.0'
  if (process.versions.node.localeCompare(minimum, 'en', { numeric: true }) >= 0) return

  console.error(`Holdfast needs Node.js ${minimum} or later on this machine, and found ${process.versions.node}`)
  process.exit(1)
}

function install() {
  const { status, error } = spawnSync('npx', ['-y', `pnpm@${pnpmVersion}`, 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32', // npx is a .cmd file there
  })
  if (error) console.error(`Could not start npx: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

/** Changes when the lockfile asks for something else, or when somebody installed something else. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'node_modules/.pnpm/lock.yaml']) {
    hash.update(read(new URL(file, root)))
  }
  return hash.digest('hex')
}

/** @param {URL} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return ''
    throw error
  }
}
