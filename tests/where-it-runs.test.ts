import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pages, root } from './pages.ts'
import { tablesOf } from './tables.ts'

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}

const { dependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(root, 'compatibility/package.json'), 'utf8'),
) as Manifest

const page = pages().find(({ path }) => path === 'docs/where-it-runs.md')
const tables = page === undefined ? [] : tablesOf(page)
const rows = tables.find(({ header }) => header.join() === 'what,tested with,how')?.rows ?? []

const isVersion = (text: string): boolean => /^\d[\d.]*$/.test(text)

/** The versions that `npm run compatibility` installs of a tool. */
function versionsOf(tool: string): string[] {
  if (tool === 'Node') return Object.keys(optionalDependencies).flatMap(name => /^node-(.+)-x64$/.exec(name)?.[1] ?? [])
  return Object.entries(dependencies)
    .filter(([name]) => name === tool.toLowerCase() || name.startsWith(`${tool.toLowerCase()}-`))
    .map(([, version]) => version.replace(/^npm:.*@/, ''))
}

describe('docs/where-it-runs.md', () => {
  test.each(rows.map(([tool = '', versions = '']) => ({ tool, versions })))(
    'tells the versions of $tool that are tested',
    ({ tool, versions }) => {
      const told = versions.split(', ').filter(isVersion)

      expect(told.toSorted()).toEqual(versionsOf(tool).toSorted())
    },
  )

  test('leaves no runtime and no tool out', () => {
    expect(rows.map(([tool]) => tool)).toEqual(
      'Node,Bun,Deno,workerd,Chromium,TypeScript,Jest,esbuild,rollup,vite'.split(','),
    )
  })
})
