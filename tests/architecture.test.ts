import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { codeBlocks } from './code-blocks.ts'
import { type Page, pages, root } from './pages.ts'
import { tablesOf } from './tables.ts'

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const short = (name: string): string => name.replace(/^@holdfast\//, '')
const manifests = globSync('packages/*/package.json', { cwd: root }).map(
  file => JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest,
)
const dependenciesOf = new Map(
  manifests.map(({ name, dependencies = {} }) => [short(name), Object.keys(dependencies).map(short)] as const),
)
const names = [...dependenciesOf.keys()].toSorted()

const page = pages().find(({ path }) => path === 'docs/architecture.md') as Page
const picture = codeBlocks(page).find(({ text }) => text.startsWith('flowchart'))?.text ?? ''
const layers = tablesOf(page).find(({ header }) => header[0] === 'layer')

test('the picture shows each package once, in one of its groups', () => {
  const grouped = [...picture.matchAll(/subgraph .+\n((?: {4}\S+\n)+)/g)].flatMap(([, group = '']) =>
    group.trim().split(/\s+/),
  )

  expect(grouped.toSorted()).toEqual(names)
})

test('the arrows of the picture are the dependencies that follow from no others', () => {
  expect(arrows('-->').toSorted()).toEqual(
    names.flatMap(name => directOf(name).map(direct => `${name} > ${direct}`)).toSorted(),
  )
})

test('every package depends on core', () => {
  const without = names.filter(name => name !== 'core' && !reachedBy(name).has('core'))

  expect(without).toEqual([])
})

test('the table of layers tells each package once', () => {
  expect(layers?.rows.flatMap(([, packages = '']) => codeIn(packages)).toSorted()).toEqual(names)
})

test('sources import of Holdfast what the table of layers allows, and nothing else', () => {
  const groups = new Map(layers?.rows.map(([layer = '', packages = '']) => [layer, codeIn(packages)] as const))
  const allowedBy = (cell: string): string[] => [
    ...codeIn(cell),
    ...[...groups].flatMap(([layer, members]) => (cell.split(', ').includes(layer) ? members : [])),
  ]

  const forbidden = (layers?.rows ?? []).flatMap(([, packages = '', allowed = '']) =>
    codeIn(packages).flatMap(name =>
      ourImportsOf(name)
        .filter(other => !allowedBy(allowed).includes(other))
        .map(other => `${name} imports ${other}`),
    ),
  )

  expect(ourImportsOf('fetch').toSorted()).toEqual(['circuit-breaker', 'core', 'retry', 'timeout'])
  expect(forbidden).toEqual([])
})

test('the table of layers tells which layers import from Node', () => {
  const told = layers?.rows.flatMap(([layer = '', , , node]) => (node === 'yes' ? [layer] : []))
  const importing = layers?.rows.flatMap(([layer = '', packages = '']) =>
    codeIn(packages).some(name => importsOf(name).some(specifier => specifier.startsWith('node:'))) ? [layer] : [],
  )

  expect(told).toEqual(importing)
})

test('the table of layers tells all peers but their types, and nothing else of others is imported', () => {
  const told = layers?.rows.map(([, packages = '', , , peers = '']) => [codeIn(packages), codeIn(peers)] as const) ?? []

  for (const [packages, peers] of told) {
    const members = manifests.filter(({ name }) => packages.includes(short(name)))
    const declared = members.flatMap(({ peerDependencies = {} }) => Object.keys(peerDependencies))
    const foreign = packages.flatMap(importsOf).filter(specifier => !/^(?:node:|@?holdfast\b)/.test(specifier))

    expect(declared.filter(peer => !peer.startsWith('@types/')).toSorted()).toEqual(peers.toSorted())
    expect(foreign.filter(specifier => !peers.some(peer => `${specifier}/`.startsWith(`${peer}/`)))).toEqual([])
  }
})

test('the files that the page names without a link are there', () => {
  const sources = new Set(
    globSync('packages/*/src/**/*.ts', { cwd: root }).map(file => file.replaceAll('\\', '/').split('/').at(-1)),
  )
  const named = page.lines.flatMap(line => [...line.matchAll(/(?<!\[)`([\w-]+\.ts)`/g)]).map(([, file]) => file)

  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(file => !sources.has(file))).toEqual([])
})

/** All packages that one depends on, by way of others too. */
function reachedBy(name: string): Set<string> {
  const direct = dependenciesOf.get(name) ?? []
  return new Set([...direct, ...direct.flatMap(each => [...reachedBy(each)])])
}

/** The dependencies of a package that none of its others has. */
function directOf(name: string): string[] {
  const all = dependenciesOf.get(name) ?? []
  return all.filter(each => !all.some(other => reachedBy(other).has(each)))
}

/** The arrows of one kind, as `from > to`; `a & b --> c` are two. */
function arrows(kind: string): string[] {
  return picture
    .split('\n')
    .map(line => line.trim().split(` ${kind} `))
    .flatMap(([from = '', to]) => (to === undefined ? [] : from.split(' & ').map(each => [each, to] as const)))
    .flatMap(([from, to]) => to.split(' & ').map(each => `${from} > ${each}`))
}

function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

/** What the sources of a package import, types too, but for their own files. */
function importsOf(name: string): string[] {
  const files = globSync(`packages/${name}/src/**/*.ts`, { cwd: root })
  const specifiers = files
    .flatMap(file => [...readFileSync(join(root, file), 'utf8').matchAll(/^.*\bfrom '([^'.][^']*)'$/gm)])
    .map(([, specifier = '']) => specifier)
  return [...new Set(specifiers)]
}

/** The other packages of Holdfast that a package imports. */
function ourImportsOf(name: string): string[] {
  const ours = importsOf(name).flatMap(specifier => /^@holdfast\/([\w-]+)/.exec(specifier)?.[1] ?? [])
  return [...new Set(ours)]
}
