import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodeBlock } from './code-blocks.ts'
import { root } from './pages.ts'

/** What can be imported, and from where. Of a name that several have, the first is taken. */
interface Source {
  readonly specifier: string
  readonly names: readonly string[]
}

/** Entries of a package: `.` and its subpaths. */
interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
}

/**
 * The examples of the doc comments, as blocks that run. They have no imports, as editors show them beside the name that they
 * explain: what an example does not declare is imported from `tests/given`, from its package, or from `holdfast`.
 */
export async function docExamples(): Promise<CodeBlock[]> {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root }).map(path => path.replaceAll('\\', '/'))
  const ofFiles = await Promise.all(files.toSorted().map(examplesOf))
  return ofFiles.flat()
}

async function examplesOf(page: string): Promise<CodeBlock[]> {
  const lines = readFileSync(join(root, page), 'utf8').split(/\r?\n/)
  const starts = lines.flatMap((line, index) => (/^ *\* @example$/.test(line) ? [index + 1] : []))
  if (starts.length === 0) return []
  const sources = await sourcesFor(page)
  return starts.map(start => {
    const end = lines.findIndex((line, index) => index >= start && /^ *\*\/$/.test(line))
    const text = lines
      .slice(start, end)
      .map(line => line.replace(/^ *\* ?/, ''))
      .join('\n')
    // The imports are on one line, so that errors name the lines of the source.
    const module = `${importsOf(text, sources)}${'\n'.repeat(start)}${text}\nexport {}\n`
    return { page, line: start, language: 'ts', text, module }
  })
}

/** Where the examples of a file may import from. */
async function sourcesFor(page: string): Promise<Source[]> {
  const [, folder = '', stem = ''] = /^packages\/([^/]+)\/src\/(?:.*\/)?([^/]+)\.ts$/.exec(page) ?? []
  const manifest = JSON.parse(readFileSync(join(root, `packages/${folder}/package.json`), 'utf8')) as Manifest
  const entries = Object.keys(manifest.exports).filter(entry => entry !== './package.json')
  // A name that is in several entries is meant to be that of its own file.
  const own = entries.toSorted((a, b) => Number(b === `./${stem}`) - Number(a === `./${stem}`))
  const specifiers = [...own.map(entry => `${manifest.name}${entry.slice(1)}`), 'holdfast']
  const given = [`${folder}.${stem}`, folder, 'all'].map(name => `tests/given/${name}.ts`)
  return [
    ...given.filter(file => existsSync(join(root, file))).map(givenBy),
    ...(await Promise.all(specifiers.map(async specifier => ({ specifier, names: await namesIn(specifier) })))),
  ]
}

/** By its text: to load it may start a server. */
function givenBy(file: string): Source {
  const text = readFileSync(join(root, file), 'utf8')
  const declared = [...text.matchAll(/^export (?:async )?(?:const|class|function) (\w+)/gm)].map(
    ([, name = '']) => name,
  )
  const passedOn = [...text.matchAll(/^export \{ (.+) \}/gm)].flatMap(([, names = '']) => names.split(/, | as /))
  // As seen from the folders that examples are written to.
  return { specifier: file.replace('tests', '../..'), names: [...declared, ...passedOn] }
}

async function namesIn(specifier: string): Promise<string[]> {
  return Object.keys((await import(/* @vite-ignore */ specifier)) as object).filter(name => name !== 'default')
}

function importsOf(text: string, sources: readonly Source[]): string {
  const words = new Set(text.match(/(?<!\w|(?<!\.)\.)[A-Za-z]\w*/g))
  for (const [, names = ''] of text.matchAll(/^(?:const|let|await using) (.+?) = /gm)) {
    for (const name of names.match(/\w+/g) ?? []) words.delete(name)
  }
  const imports: string[] = []
  for (const { specifier, names } of sources) {
    const wanted = names.filter(name => words.delete(name))
    if (wanted.length > 0) imports.push(`import { ${wanted.join(', ')} } from '${specifier}'`)
  }
  return imports.join('; ')
}
