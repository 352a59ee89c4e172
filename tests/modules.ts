import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { root } from './pages.ts'

const tsc = join(root, 'node_modules/.bin/tsc')
const onDist = process.env['HOLDFAST_DIST'] === '1'

/** Modules in a folder from which all packages can be imported. */
export interface Modules {
  readonly folder: string
  /** What the compiler finds in all of them, as `file(line,column): error …`. */
  readonly typeErrors: () => Promise<string[]>
}

/** Writes modules, by their file names. */
export function writeModules(modules: ReadonlyMap<string, string>): Modules {
  const parent = join(root, 'tests/.extracted')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'modules-'))

  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
  for (const [name, code] of modules) writeFileSync(join(folder, name), code)
  return { folder, typeErrors: () => compile(folder) }
}

/** The settings of the repository, but an example may end with a value that the reader goes on with. */
const tsconfig = {
  extends: '../../../tsconfig.json',
  compilerOptions: { noUnusedLocals: false, customConditions: onDist ? [] : ['@holdfast/source'] },
  include: ['*.ts'],
}

async function compile(folder: string): Promise<string[]> {
  try {
    await promisify(execFile)(tsc, ['-p', '.', '--pretty', 'false'], { cwd: folder })
    return []
  } catch (error) {
    const { stdout } = error as { stdout?: string }
    if (!stdout) throw error
    return stdout.split('\n').filter(line => /^\S.*error TS/.test(line))
  }
}
