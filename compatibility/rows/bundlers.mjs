import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import * as esbuild from 'esbuild'
import { rollup } from 'rollup'
import * as vite from 'vite'

/** @typedef {import('../row.mjs').Row} Row */
/** @typedef {import('../smoke/check.mjs').Result} Result */

/** What is told by each of the patterns alone, and no bundle without them may hold. */
const signs = {
  'circuit breaker': 'circuit.opened',
  bulkhead: 'bulkhead.acquired',
  timeout: 'timeout.expired',
  fallback: 'fallback.used',
}

/** @type {Record<string, (entry: string, cwd: string) => Promise<string>>} */
const bundlers = {
  esbuild: async (entry, cwd) => {
    const { outputFiles } = await esbuild.build({
      absWorkingDir: cwd,
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    })
    return outputFiles.map(({ text }) => text).join('')
  },
  rollup: async entry => {
    const bundle = await rollup({ input: entry, plugins: [nodeResolve()] })
    const { output } = await bundle.generate({ format: 'esm' })
    return output.map(chunk => ('code' in chunk ? chunk.code : '')).join('')
  },
  vite: async (entry, cwd) => {
    const built = await vite.build({
      root: cwd,
      configFile: false,
      logLevel: 'silent',
      build: { write: false, lib: { entry, formats: ['es'] } },
    })
    const outputs = Array.isArray(built) ? built : [built]
    return outputs
      .flatMap(each => ('output' in each ? each.output : []))
      .map(chunk => ('code' in chunk ? chunk.code : ''))
      .join('')
  },
}

/** Who imports one pattern gets that one, also from the package of all. @param {string} name @param {string} version @returns {Row} */
export function bundler(name, version) {
  return {
    name: `${name} ${version}`,
    what: 'drops what is not imported',
    results: async ({ project }) => {
      const cwd = join(project, name)
      await mkdir(cwd)
      const all = await bundleOf(name, '*', 'holdfast', cwd)
      const alone = await bundleOf(name, '{ retry }', '@holdfast/retry', cwd)
      const ofAll = await bundleOf(name, '{ retry }', 'holdfast', cwd)
      const larger = gzipSync(ofAll).length / gzipSync(alone).length
      return [
        ...Object.entries(signs).map(([pattern, sign]) => ({
          title: `retry brings no ${pattern}`,
          problem: [alone, ofAll].some(text => text.includes(sign)) ? `${sign} is in the bundle` : undefined,
        })),
        {
          title: 'everything brings all of them',
          problem: Object.values(signs).every(sign => all.includes(sign))
            ? undefined
            : 'not all signs are in the bundle',
        },
        {
          title: 'retry is as large from the package of all',
          problem: larger <= 1.01 ? undefined : `${larger.toFixed(3)} times as large, gzipped`,
        },
      ]
    },
  }
}

/** @param {string} name @param {string} names what is exported @param {string} specifier @param {string} cwd */
async function bundleOf(name, names, specifier, cwd) {
  const entry = join(cwd, `${specifier.replace('/', '-')}${names === '*' ? '-all' : ''}.js`)
  await writeFile(entry, `export ${names} from '${specifier}'\n`)
  return (await bundlers[name]?.(entry, cwd)) ?? ''
}
