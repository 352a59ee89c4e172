import { spawn } from 'node:child_process'
import process from 'node:process'
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

/** A program that has sent its results has nothing left to do. */
const END_LIMIT_MS = 5_000

/** Runs a program. @param {string} program @param {string[]} args @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options */
function start(program, args, { cwd, env = process.env }) {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  // What npm installs as a program may be one that starts the real one: the whole group must end.
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {} // it has ended
  }
  process.once('exit', kill)
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', chunk => {
      printed += chunk
    })
  /** @type {Promise<{ code: number | null, output: string }>} */
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      process.removeListener('exit', kill)
      resolve({ code, output: printed })
    })
  })
  return { ended, kill }
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
 * @returns {Promise<Result[]>}
 */
export async function resultsFrom({ server, project }, run, program, args) {
  const { ended, kill } = start(program, args, { cwd: project })
  const { results } = await resultsUnlessEnded(server.resultsOf(run), ended)
  kill()
  await ended
  return results
}

/** The same, of a program that must then end by itself: with nothing left that keeps it alive, and without a word. @type {typeof resultsFrom} */
export async function resultsUntilEndOf({ server, project }, run, program, args) {
  const { ended, kill } = start(program, args, { cwd: project })
  const { results, isComplete } = await resultsUnlessEnded(server.resultsOf(run), ended)
  if (!isComplete) kill()
  const late = setTimeout(kill, END_LIMIT_MS)
  const { code, output: printed } = await ended
  clearTimeout(late)
  const problem = code === 0 && printed === '' ? undefined : `ended with ${code}\n${printed}`
  return isComplete ? [...results, { title: 'ends by itself, and prints nothing', problem }] : results
}

/**
 * @param {Promise<Result[]>} sent
 * @param {Promise<{ code: number | null, output: string }>} ended
 * @returns {Promise<{ results: Result[], isComplete: boolean }>}
 */
async function resultsUnlessEnded(sent, ended) {
  const limit = new AbortController()
  const silent = Promise.race([
    ended.then(({ code, output: text }) => `ended with ${code} and without results\n${text}`),
    after(LIMIT_MS, `sent no results within ${LIMIT_MS} ms`, { signal: limit.signal }),
  ])
  const outcome = await Promise.race([
    sent.then(results => ({ results, isComplete: true })),
    silent.then(problem => ({ results: [{ title: 'runs', problem }], isComplete: false })),
  ])
  limit.abort()
  silent.catch(() => {})
  return outcome
}

/** Told where this machine has not what a row is about. */
export class Missing extends Error {}
