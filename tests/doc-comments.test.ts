import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from './pages.ts'

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly '@holdfast/source'?: string }>>
}

/** A name that is declared and exported in a file. */
interface Declaration {
  readonly name: string
  readonly file: string
  readonly isExplained: boolean
}

const folders = globSync('*', { cwd: join(root, 'packages') }).toSorted()

describe('doc comments', () => {
  test.each(folders)('explain all that %s exports', folder => {
    const declarations = globSync(`packages/${folder}/src/**/*.ts`, { cwd: root }).flatMap(declarationsOf)
    const entries = entriesOf(folder)
    const passedOn = new Set(entries.flatMap(namesPassedOn))
    const exported = declarations.filter(({ name, file }) => passedOn.has(name) || entries.includes(file))
    const explained = new Set(exported.filter(({ isExplained }) => isExplained).map(({ name }) => name))

    const names = new Set(exported.map(({ name }) => name))

    expect([...names].filter(name => !explained.has(name))).toEqual([])
    expect([...passedOn].filter(name => !names.has(name))).toEqual([])
  })
})

/** The sources of what can be imported from a package. */
function entriesOf(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, `packages/${folder}/package.json`), 'utf8')) as Manifest
  const sources = Object.values(manifest.exports).map(entry => entry['@holdfast/source'])
  return sources.filter(source => source !== undefined).map(source => join(`packages/${folder}`, source))
}

/** What an entry exports of other files of its package; what is of other packages is explained there. */
function namesPassedOn(entry: string): string[] {
  const text = readFileSync(join(root, entry), 'utf8')
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '\.\//gm)].map(([, list = '']) => list)
  return lists.flatMap(list => list.split(',')).flatMap(item => /^\s*(?:type )?(\w+)/.exec(item)?.[1] ?? [])
}

function declarationsOf(file: string): Declaration[] {
  const lines = readFileSync(join(root, file), 'utf8').split(/\r?\n/)
  return lines.flatMap((line, index) => {
    const name = /^export (?:abstract |async )*(?:function\*?|const|class|interface|type) (\w+)/.exec(line)?.[1]
    // What a linter is told may stand between.
    const above = lines.slice(0, index).findLast(each => !each.startsWith('//'))
    return name === undefined ? [] : [{ name, file, isExplained: above?.trimEnd().endsWith('*/') === true }]
  })
}
