import { existsSync } from 'node:fs'
import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { run } from '../run.mjs'
import { root } from '../workspace.mjs'
import { expectNone } from './check.mjs'
import { exampleChecks } from './readme-examples.mjs'

const call = `retry({ maxAttempts: 2 }).run(() => 'up').then((answer) => console.log(answer))`

/** A server that is busy at first: the answer comes with the second attempt. */
const server = `let asked = 0
const server = createServer((request, response) => {
  asked += 1
  response.writeHead(asked === 1 ? 503 : 200, { 'retry-after': '0' }).end('up')
}).listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port
  console.log(await answer(url))
  server.close()
  server.closeAllConnections()
})`

const project = {
  'fetch.mjs': `import { createServer } from 'node:http'
import { resilientFetch } from '@holdfast/fetch'
const answer = async url => (await resilientFetch()(url)).text()
${server}\n`,
  'undici.mjs': `import { createServer } from 'node:http'
import { resilient } from '@holdfast/undici'
import { Agent, request } from 'undici'
const dispatcher = new Agent().compose(resilient())
const answer = async url => (await request(url, { dispatcher })).body.text()
${server}\n`,
  // Nobody listens there: a database that is down, and the errors of both clients.
  'databases.mjs': `import { resilientPool, classify } from '@holdfast/postgres'
import { ioredisSettings, resilientRedis } from '@holdfast/redis'
import { Redis } from 'ioredis'
import pg from 'pg'
const nowhere = { host: '127.0.0.1', port: 1 }
const pool = resilientPool(new pg.Pool(nowhere), { retry: false })
const redis = resilientRedis(new Redis({ ...ioredisSettings, ...nowhere, lazyConnect: true }), { command: { timeoutMs: 100 }, retry: false })
redis.on('error', () => {})
const refused = await pool.query('select 1').catch(error => classify(error).kind)
const unanswered = await redis.get('key').catch(error => error.name)
console.log(refused === 'never started' && unanswered === 'TimeoutError' ? 'up' : [refused, unanswered])
redis.disconnect()
await pool.end()\n`,
  // The server is told to end by a signal, with a request under way: it answers, and the process ends with 0.
  'operations.mjs': `import { createServer } from 'node:http'
import { lifecycle } from '@holdfast/lifecycle'
import { instrument } from '@holdfast/opentelemetry'
import { resilientFetch } from '@holdfast/fetch'
const silent = { info() {}, warn() {}, error() {} }
instrument({ logger: silent })
const server = createServer((request, response) => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => response.end('up'), 50)
}).listen(0, '127.0.0.1', async () => {
  const exit = code => { process.exitCode = code }
  const life = lifecycle({ server, drainDelayMs: 0, logger: silent, exit })
  life.started()
  const answer = await resilientFetch()('http://127.0.0.1:' + server.address().port)
  console.log(await answer.text())
})\n`,
  'esm.mjs': `import { retry } from 'holdfast'\n${call}\n`,
  'cjs.cjs': `const { retry } = require('holdfast')\n${call}\n`,
  'types.ts': `import { resilientFetch } from '@holdfast/fetch'
import { retry } from 'holdfast'
export const api: typeof fetch = resilientFetch()
export const answer: Promise<string> = retry({ maxAttempts: 2 }).run(() => 'up')\n`,
  // Declarations are checked too here, unlike in the workspace, and without the types of Node.
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2023', 'dom'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      types: [],
      noEmit: true,
    },
    files: ['types.ts'],
  }),
}

/** What users have already, taken from where the workspace has it. @type {[string, string][]} */
const othersOfUsers = [
  ['packages/postgres', 'pg'],
  ['packages/redis', 'ioredis'],
  ['packages/undici', 'undici'],
  ['packages/opentelemetry', '@opentelemetry/api'],
  ['packages/opentelemetry', '@opentelemetry/exporter-prometheus'],
  ['packages/opentelemetry', '@opentelemetry/sdk-metrics'],
  ['.', '@types/node'],
]

/**
 * What somebody meets who installs the packages into an empty project.
 *
 * @param {import('./tarball.mjs').Tarball[]} tarballs
 * @param {string} folder
 * @returns {import('./check.mjs').Check[]}
 */
export function newcomerChecks(tarballs, folder) {
  return [
    { title: 'newcomer: npm installs the packages, and nothing else', verify: () => install(tarballs, folder) },
    { title: 'newcomer: import works on each Node here', verify: () => runOnEachNode('esm.mjs', folder) },
    { title: 'newcomer: require works on each Node here', verify: () => runOnEachNode('cjs.cjs', folder) },
    { title: 'newcomer: fetch works on each Node here', verify: () => runOnEachNode('fetch.mjs', folder) },
    {
      title: 'newcomer: undici works on the Node of the workspace',
      verify: () => runOn([process.execPath], 'undici.mjs', folder),
    },
    {
      title: 'newcomer: postgres and redis work on each Node here',
      verify: () => runOnEachNode('databases.mjs', folder),
    },
    {
      title: 'newcomer: telemetry and a shutdown work on each Node here',
      verify: () => runOnEachNode('operations.mjs', folder),
    },
    { title: 'newcomer: TypeScript accepts the declarations', verify: () => run('tsc', ['-p', folder]) },
    ...exampleChecks(folder, availableNodes),
  ]
}

/** @param {import('./tarball.mjs').Tarball[]} tarballs @param {string} folder */
async function install(tarballs, folder) {
  const ours = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]))
  const others = othersOfUsers.map(async ([user, name]) => [
    name,
    `file:${await realpath(join(root, user, 'node_modules', name))}`,
  ])
  const dependencies = { ...ours, ...Object.fromEntries(await Promise.all(others)) }
  // Overrides make the packages take each other from the tarballs too: nothing of this is published yet.
  const overrides = Object.fromEntries(tarballs.map(({ name }) => [name, `$${name}`]))

  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }))
  for (const [file, content] of Object.entries(project)) await writeFile(join(folder, file), content)

  await run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], folder)
}

/** @param {string} script @param {string} folder */
async function runOnEachNode(script, folder) {
  await runOn(await availableNodes(), script, folder)
}

/** @param {string[]} nodes @param {string} script @param {string} folder */
async function runOn(nodes, script, folder) {
  const outcomes = await Promise.all(nodes.map(async node => [node, await run(node, [script], folder)]))
  // Any warning is a failure: require() of an ES module must be silent.
  expectNone(outcomes.filter(([, output]) => output !== 'up\n').map(([node, output]) => `${node} printed ${output}`))
}

/** The Node that runs the workspace's scripts, and the one this machine has of its own. */
async function availableNodes() {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(folder => !folder.includes('node_modules'))
  const own = folders.map(folder => join(folder, 'node')).find(node => existsSync(node))
  return own ? [...new Set([process.execPath, await realpath(own)])] : [process.execPath]
}
