import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { findChromium } from '../../scripts/chromium.mjs'
import { Missing, resultsFrom, resultsUntilEndOf } from '../row.mjs'
import { bin, nodeOf } from '../tools.mjs'

/** @typedef {import('../row.mjs').Row} Row */
/** @typedef {import('../row.mjs').Scene} Scene */

const what = 'smoke suite'

/** @param {string} version @returns {Row} */
export function node(version) {
  return {
    name: `Node ${version}`,
    what,
    results: async scene => {
      const program = nodeOf(version)
      if (program === undefined) throw new Missing(`there is no Node ${version} for this machine`)
      return resultsUntilEndOf(scene, version, program, ['smoke/process.mjs', scene.server.url, version])
    },
  }
}

/** @param {string} version @returns {Row} */
export function bun(version) {
  return {
    name: `Bun ${version}`,
    what,
    results: scene => resultsUntilEndOf(scene, 'bun', bin('bun'), ['smoke/process.mjs', scene.server.url, 'bun']),
  }
}

/** Without any permission but to talk to the server. @param {string} version @returns {Row} */
export function deno(version) {
  return {
    name: `Deno ${version}`,
    what,
    results: scene => {
      const { host } = new URL(scene.server.url)
      const options = ['--no-prompt', `--allow-net=${host}`, '--node-modules-dir=manual', '--no-lock', '--quiet']
      return resultsUntilEndOf(scene, 'deno', bin('deno'), [
        'run',
        ...options,
        'smoke/process.mjs',
        scene.server.url,
        'deno',
      ])
    },
  }
}

/** The runtime of Cloudflare's workers, which takes one module. @param {string} version @returns {Row} */
export function workerd(version) {
  return {
    name: `workerd ${version}`,
    what,
    results: async scene => {
      const { project, server } = scene
      await build({
        absWorkingDir: project,
        entryPoints: ['smoke/worker.mjs'],
        outfile: join(project, 'worker.js'),
        bundle: true,
        format: 'esm',
        platform: 'neutral',
        logLevel: 'silent',
      })
      await writeFile(join(project, 'workerd.capnp'), workerdConfig(server.url))
      return resultsFrom(scene, 'workerd', bin('workerd'), ['test', 'workerd.capnp'])
    },
  }
}

/** @param {string} url */
function workerdConfig(url) {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .suite),
    (name = "loopback", network = (allow = ["local"])),
  ],
);
const suite :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [
    (name = "SERVER", text = "${url}"),
    (name = "RUN", text = "workerd"),
    (name = "SELF", service = "main"),
  ],
  compatibilityDate = "2026-11-01",
  globalOutbound = "loopback",
);
`
}

/** The packages as they are, found by an import map: no bundler in between. @returns {Row} */
export function chromium() {
  return {
    name: 'Chromium',
    what,
    results: async scene => {
      const program = findChromium()
      if (program === undefined) throw new Missing('there is no chromium on the PATH')
      const { project, server } = scene
      await writeFile(join(project, 'index.html'), page(server.url))
      const profile = await mkdtemp(join(project, 'profile-'))
      return resultsFrom(scene, 'chromium', program, [
        '--headless',
        '--no-sandbox', // the suite may run as root
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        `--user-data-dir=${profile}`,
        `${server.url}/page/index.html`,
      ])
    },
  }
}

/** @param {string} url */
function page(url) {
  const packages = ['core', 'retry', 'timeout', 'circuit-breaker', 'bulkhead', 'fallback', 'fetch']
  const modules = (/** @type {string} */ name, /** @type {string} */ file) => [
    name,
    `/page/node_modules/${name}/dist/${file}`,
  ]
  const imports = Object.fromEntries([
    modules('holdfast', 'index.js'),
    ...packages.map(name => modules(`@holdfast/${name}`, 'index.js')),
    ['@holdfast/core/kernel', '/page/node_modules/@holdfast/core/dist/kernel.js'],
    ['@holdfast/fetch/http', '/page/node_modules/@holdfast/fetch/dist/http.js'],
  ])
  return `<!doctype html>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
import { runSuite } from '/page/smoke/suite.mjs'
await runSuite('${url}', 'chromium')
</script>
`
}
