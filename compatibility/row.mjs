import { spawn } from 'node:child_process'
import { setTimeout as after } from 'node:timers/promises'

/** @typedef {import('./smoke/check.mjs').Result} Result */

/**
 * What was tried, on or with what, and what came of it.
 *
 * @typedef {object} Row
 * @property {string} name such as `Node 22.12.0`
 * @property {string} what such as `smoke suite`
 * @property {(scene: Scene) => Promise<Result[]>} results
 *
 * @typedef {object} Scene
 * @property {string} project folder of an empty project with the tarballs installed
 * @property {import('./server.mjs').SmokeServer} server
 */

/** Longer than any of it takes; what hangs is a failure. */
const LIMIT_MS = 120_000

/** Runs a program. @param {string} program @param {string[]} args @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options */
function start(program, args, { cwd, env = process.env }) {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', chunk => {
      printed += chunk
    })
  /** @type {Promise<{ code: number | null, output: string }>} */
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, output: printed }))
  })
  return { ended, kill: () => child.kill('SIGKILL') }
}

/** Runs a program to its end. @param {string} program @param {string[]} args @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options */
export async function output(program, args, options) {
  const { ended, kill } = start(program, args, options)
  const limit = new AbortController()
  const late = after(LIMIT_MS, undefined, { signal: limit.signal }).then(kill, () => {})
  const result = await ended
  limit.abort()
  await late
  return result
}

/**
 * The results that a program sends to the server; a failure if it ends without.
 *
 * @param {Scene} scene
 * @param {string} run
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Result[]>}
 */
export async function resultsFrom({ server, project }, run, program, args, env) {
  const { ended, kill } = start(program, args, { cwd: project, ...(env && { env }) })
  const limit = new AbortController()
  const silent = Promise.race([
    ended.then(({ code, output: text }) => `ended with ${code} and without results\n${text}`),
    after(LIMIT_MS, `sent no results within ${LIMIT_MS} ms`, { signal: limit.signal }),
  ])
  const results = await Promise.race([server.resultsOf(run), silent.then(problem => [{ title: 'runs', problem }])])
  limit.abort()
  silent.catch(() => {})
  kill()
  await ended
  return results
}

/** Told where this machine has not what a row is about. */
export class Missing extends Error {}
