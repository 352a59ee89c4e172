import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeBlocks } from '../../tests/code-blocks.ts'
import { pages } from '../../tests/pages.ts'
import { run } from '../run.mjs'
import { publishedPackages, root } from '../workspace.mjs'
import { expectNone } from './check.mjs'

/** @typedef {import('../../tests/code-blocks.ts').CodeBlock} CodeBlock */

/**
 * The first example of each README, as readers copy it: with the packages from the tarballs, and on each Node that the package
 * supports. `tests/page-code.test.ts` runs them all, on the sources.
 *
 * @param {string} folder of a project in which the packages are installed
 * @param {() => Promise<string[]>} availableNodes
 * @returns {import('./check.mjs').Check[]}
 */
export function exampleChecks(folder, availableNodes) {
  const examples = pages().filter(isReadme).flatMap(firstExample)
  return [
    { title: 'newcomer: TypeScript accepts the examples of the READMEs', verify: () => compile(examples, folder) },
    {
      title: 'newcomer: the examples of the READMEs run on each Node here, and print what they say',
      verify: async () => {
        const nodes = await Promise.all((await availableNodes()).map(withVersion))
        const runs = examples.flatMap(example =>
          nodes.filter(supports(example)).map(node => runOn(node, example, folder)),
        )
        expectNone((await Promise.all(runs)).flat())
      },
    },
  ]
}

/** @param {import('../../tests/pages.ts').Page} page */
function isReadme({ path }) {
  return path === 'README.md' || /^packages\/[\w-]+\/README\.md$/.test(path)
}

/** @param {import('../../tests/pages.ts').Page} page @returns {CodeBlock[]} */
function firstExample(page) {
  const [example] = codeBlocks(page).filter(({ language }) => language === 'ts')
  if (example === undefined) throw new Error(`${page.path} has no example`)
  return needsMore(example) ? [] : [example]
}

/** Servers that the workspace starts, or a test runner. @param {CodeBlock} example */
function needsMore({ module }) {
  return /from '(?:@holdfast\/database-servers|vitest)'/.test(module)
}

/** @param {CodeBlock[]} examples @param {string} folder */
async function compile(examples, folder) {
  const sources = join(folder, 'examples')
  await mkdir(sources, { recursive: true })
  for (const example of examples) await writeFile(join(sources, `${nameOf(example)}.ts`), example.module)
  await cp(join(root, 'tests/example-hosts.ts'), join(sources, 'example-hosts.ts'))
  await writeFile(join(sources, 'run.ts'), runner)
  await writeFile(join(sources, 'package.json'), JSON.stringify({ type: 'module' }))
  await writeFile(join(sources, 'tsconfig.json'), JSON.stringify(tsconfig))
  await run('tsc', ['-p', sources])
}

/** The hosts that examples ask are on the loopback interface, as in the tests of the pages. */
const runner = `import { serveExampleHosts } from './example-hosts.js'
const hosts = await serveExampleHosts()
globalThis.fetch = hosts.fetch
await import(process.argv[2]!)
await hosts.close()
`

const tsconfig = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable', 'dom'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: ['node'],
    rootDir: '.',
    outDir: 'built',
  },
}

/**
 * @typedef {object} Node
 * @property {string} path
 * @property {string} version
 */

/** @param {string} path @returns {Promise<Node>} */
async function withVersion(path) {
  return { path, version: (await run(path, ['-p', 'process.versions.node'])).trim() }
}

/** @param {CodeBlock} example @returns {(node: Node) => boolean} */
function supports({ page }) {
  const pkg = publishedPackages().find(({ folder }) => page === `packages/${folder.split(/[\\/]/).at(-1)}/README.md`)
  const oldest = String(pkg?.manifest['engines'].node ?? '').replace('>=', '')
  return ({ version }) => version.localeCompare(oldest, 'en', { numeric: true }) >= 0
}

/** @param {Node} node @param {CodeBlock} example @param {string} folder @returns {Promise<string[]>} */
async function runOn({ path, version }, example, folder) {
  const built = join(folder, 'examples/built')
  const printed = (await run(path, [join(built, 'run.js'), `./${nameOf(example)}.js`], folder)).split('\n')
  return promisedOutput(example)
    .filter(line => !printed.includes(line))
    .map(line => `${example.page} on Node ${version} did not print ${line}, but ${printed.join('\n')}`)
}

/** What stands in the comment after a `console.log`. @param {CodeBlock} example */
function promisedOutput({ module }) {
  return [...module.matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)].map(([, output = '']) => output)
}

/** @param {CodeBlock} example */
function nameOf({ page }) {
  return page.replaceAll('/', '.').replace(/\.md$/, '')
}
