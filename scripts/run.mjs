import { spawn } from 'node:child_process'
import { root } from './workspace.mjs'

/**
 * Runs a command and returns what it printed; rejects with what it printed if it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} [cwd]
 * @returns {Promise<string>}
 */
export function run(command, args, cwd = root) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', chunk => {
      output += chunk
    })
    child.stderr.on('data', chunk => {
      output += chunk
    })
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0) resolve(output)
      else reject(new Error(`${[command, ...args].join(' ')} exited with ${code}\n${output.trimEnd()}`))
    })
  })
}
