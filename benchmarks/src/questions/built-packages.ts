import { spawnSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Builds the packages unless they have been built since their sources were changed. */
export function buildPackages(): void {
  const sources = globSync('packages/*/src/**/*.ts', { cwd: root, exclude: path => path.endsWith('.test.ts') })
  const outputs = globSync('packages/*/dist/index.js', { cwd: root })
  const isBuilt = outputs.length === globSync('packages/*/', { cwd: root }).length
  if (isBuilt && Math.max(...sources.map(changedMs)) < Math.min(...outputs.map(changedMs))) return

  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter) },
  })
  if (status !== 0) throw new Error(`the packages cannot be built: ${stdout}${stderr}`)
}

function changedMs(file: string): number {
  return statSync(join(root, file)).mtimeMs
}
