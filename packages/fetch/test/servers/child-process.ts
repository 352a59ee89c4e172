import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'

const conditions = process.env['HOLDFAST_DIST'] === '1' ? [] : ['--conditions=@holdfast/source']

/** What a process writes that runs a module beside this one, and then has to end by itself. */
export async function outputOf(module: string, ...parameters: readonly string[]): Promise<string> {
  const file = new URL(module, import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [...conditions, file, ...parameters], {
    timeout: 50_000,
  })
  return stdout
}
