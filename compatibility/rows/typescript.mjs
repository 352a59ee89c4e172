import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { output } from '../row.mjs'
import { folderOf } from '../tools.mjs'

/** @typedef {import('../row.mjs').Row} Row */
/** @typedef {import('../smoke/check.mjs').Result} Result */

// As far as a program goes into the types: inference through a pipeline, events, keys, errors, a typed context.
const program = `import { bulkhead, circuitBreaker, failureRate, fallback, isHoldfastError, keyed, pipeline, retry, timeout, type Call } from 'holdfast'
import { type ResilientFetch, resilientFetch } from '@holdfast/fetch'

const policy = pipeline(
  fallback({ to: () => 'none' as const }),
  timeout({ timeoutMs: 3_000 }),
  retry({ handlesResult: (response: Response) => response.status === 503 }),
  keyed({ by: (call: Call) => call.context, make: () => circuitBreaker({ trip: failureRate({ threshold: 0.5, windowMs: 10_000 }) }) }),
  bulkhead({ maxConcurrent: 10 }),
)
export const answer: Promise<number | 'none'> = policy.run(async ({ signal, attempt }) => (signal.aborted ? 0 : attempt))
policy.subscribe(event => {
  if (event.type === 'retry.scheduled') event.delayMs.toFixed()
})
export const api: ResilientFetch = resilientFetch({ name: 'catalogue' })
export const plain: typeof fetch = api
export function waitOf(error: unknown): number {
  return isHoldfastError(error, 'ERR_HOLDFAST_CIRCUIT_OPEN') ? error.retryAfterMs : 0
}
`

/** @typedef {{ title: string, type: 'module' | 'commonjs', options: object, finds?: string }} Setting */

const esm = /** @type {const} */ ('module')
const cjs = /** @type {const} */ ('commonjs')

/** @type {readonly (Setting & { from?: number, below?: number })[]} */
const settings = [
  { title: 'nodenext', type: esm, options: { module: 'nodenext' } },
  { title: 'node16', type: esm, options: { module: 'node16' } },
  { title: 'bundler', type: esm, options: { module: 'esnext', moduleResolution: 'bundler' } },
  { title: 'CommonJS, nodenext', type: cjs, options: { module: 'nodenext' }, from: 5.8 },
  { title: 'CommonJS, node20', type: cjs, options: { module: 'node20' }, from: 5.9 },
  // What the README of core says does not work.
  { title: 'CommonJS, node16', type: cjs, options: { module: 'node16' }, finds: 'TS1479' },
  {
    title: 'node10',
    type: cjs,
    options: { module: 'commonjs', moduleResolution: 'node10' },
    finds: 'TS2307',
    below: 6,
  },
]

/** The declarations, with those of all libraries checked too, which is off in most projects. @param {string} folder @returns {(version: string) => Row} */
export const typescript = folder => version => ({
  name: `TypeScript ${version}`,
  what: 'accepts the declarations',
  results: async ({ project }) => {
    const release = Number(version.split('.').slice(0, 2).join('.'))
    const applicable = settings.filter(({ from = 0, below = Infinity }) => release >= from && release < below)
    /** @type {Result[]} */
    const results = []
    for (const setting of applicable) results.push(await resultOf(setting, folder, join(project, folder)))
    return results
  },
})

/** @param {Setting} setting @param {string} compiler @param {string} parent @returns {Promise<Result>} */
async function resultOf({ title, type, options, finds }, compiler, parent) {
  const cwd = join(parent, title.replace(/\W+/g, '-'))
  await mkdir(cwd, { recursive: true })
  await writeFile(join(cwd, 'package.json'), JSON.stringify({ type }))
  await writeFile(join(cwd, 'program.ts'), program)
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', 'dom'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    types: [],
    noEmit: true,
    ...options,
  }
  await writeFile(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))

  const { code, output: printed } = await output(process.execPath, [join(folderOf(compiler), 'bin/tsc'), '-p', '.'], {
    cwd,
  })
  const isAsExpected = finds === undefined ? code === 0 : printed.includes(finds)
  return { title, problem: isAsExpected ? undefined : printed }
}
