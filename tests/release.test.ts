import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { nextStep } from '../scripts/release/next-step.mjs'
import { notes } from '../scripts/release/notes.mjs'
import { originOf } from '../scripts/release/origin.mjs'
import { publish } from '../scripts/release/publish.mjs'
import { root } from './pages.ts'
import { type Registry, serveRegistry } from './registry.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-release-test-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('next step of a release', () => {
  test('is new versions while changesets wait', () => {
    const clone = cloneOf('v1.0.0')
    writeFileSync(join(clone, '.changeset/kelp.md'), '')

    expect(nextStep(clone, '1.0.0')).toBe('version')
  })

  test('is to publish a version that has no tag', () => {
    expect(nextStep(cloneOf('v1.0.0'), '1.1.0')).toBe('publish')
  })

  test('is nothing once the tag is there', () => {
    expect(nextStep(cloneOf('v1.0.0'), '1.0.0')).toBe('nothing')
  })

  test('is not guessed when the remote repository does not answer', () => {
    const clone = cloneOf('v1.0.0')
    rmSync(join(folder, 'origin'), { recursive: true })

    expect(() => nextStep(clone, '1.1.0')).toThrow('git cannot tell whether v1.1.0 exists')
  })
})

describe('notes of a release', () => {
  test('tell a change once, by its greatest weight, with all its packages', () => {
    const both = '- 273c47c: Waits listen\n  to the caller.\n'
    const changelogs = new Map([
      ['@kelp/core', `# @kelp/core\n\n## 1.1.0\n\n### Patch Changes\n\n${both}\n## 1.0.0\n\n- 1111111: Old.\n`],
      ['@kelp/retry', `# @kelp/retry\n\n## 1.1.0\n\n### Minor Changes\n\n${both}\n### Patch Changes\n\n${updated}`],
    ])

    expect(notes(changelogs, '1.1.0')).toBe(
      '## Minor Changes\n\n- Waits listen\n  to the caller.\n  (@kelp/core, @kelp/retry)\n',
    )
  })

  const updated = '- Updated dependencies [273c47c]\n  - @kelp/core@1.1.0\n'
})

describe('origin of a package', () => {
  const environment = { GITHUB_SERVER_URL: 'https://git.example', GITHUB_REPOSITORY: 'kelp/forest' }

  test('is the repository whose workflow publishes it, and its folder there', () => {
    expect(originOf(join(root, 'packages/retry'), environment)).toEqual({
      homepage: 'https://git.example/kelp/forest/tree/HEAD/packages/retry#readme',
      bugs: { url: 'https://git.example/kelp/forest/issues' },
      repository: { type: 'git', url: 'git+https://git.example/kelp/forest.git', directory: 'packages/retry' },
    })
  })

  test.each(['GITHUB_SERVER_URL', 'GITHUB_REPOSITORY'])('is not made up without %s', name => {
    expect(() => originOf(root, { ...environment, [name]: '' })).toThrow('must say where the sources are')
  })
})

describe('publishing', () => {
  const core = { name: '@kelp/core', folder: '', manifest: { version: '1.1.0' } }
  const retry = {
    name: '@kelp/retry',
    folder: '',
    manifest: { version: '1.1.0', dependencies: { '@kelp/core': '^1' } },
  }

  let registry: Registry
  beforeEach(async () => {
    registry = await serveRegistry()
    const settings = join(folder, 'npmrc')
    writeFileSync(settings, `registry=${registry.url}\n${registry.url.slice('http:'.length)}:_authToken=none\n`)
    vi.stubEnv('npm_config_userconfig', settings)
    vi.stubEnv('npm_config_registry', registry.url)
    vi.stubEnv('npm_config_cache', join(folder, 'cache'))
    vi.spyOn(console, 'log').mockImplementation(() => {})
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    await registry.close()
  })

  test('brings a package after those it depends on', async () => {
    packTarball(core.name)
    packTarball(retry.name)

    await publish(folder, [retry, core])

    expect(registry.published).toEqual(['@kelp/core', '@kelp/retry'])
  })

  test('goes on where it broke off', async () => {
    packTarball(core.name)
    packTarball(retry.name)
    registry.has('@kelp/core', '1.1.0')

    await publish(folder, [core, retry])

    expect(registry.published).toEqual(['@kelp/retry'])
  })

  test('publishes over an older version', async () => {
    packTarball(core.name)
    registry.has('@kelp/core', '1.0.0')

    await publish(folder, [core])

    expect(registry.published).toEqual(['@kelp/core'])
  })

  test('stops before anything is out when a tarball is missing', async () => {
    packTarball(core.name)

    await expect(publish(folder, [core, retry])).rejects.toThrow('kelp-retry-1.1.0.tgz is missing')

    expect(registry.published).toEqual([])
  })
})

/** A clone of a repository that has one tag. */
function cloneOf(tag: string): string {
  const origin = join(folder, 'origin')
  const clone = join(folder, 'clone')
  mkdirSync(join(origin, '.changeset'), { recursive: true })
  writeFileSync(join(origin, '.changeset/README.md'), '')
  const git = (...args: string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=Kelp', '-c', 'user.email=kelp@kelp.example', ...args], { cwd: origin })
  git('init', '--quiet')
  git('add', '.')
  git('commit', '--quiet', '--message', 'first')
  git('tag', tag)
  git('clone', '--quiet', '.', clone)
  return clone
}

function packTarball(name: string): void {
  const file = `${name.replace('@', '').replace('/', '-')}-1.1.0.tgz`
  mkdirSync(join(folder, 'package'), { recursive: true })
  writeFileSync(join(folder, 'package/package.json'), JSON.stringify({ name, version: '1.1.0' }))
  execFileSync('tar', ['-czf', file, 'package'], { cwd: folder })
}
