import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { type OptionReader, optionReaders } from './option-readers.ts'
import { pages, root } from './pages.ts'
import { firstCells, type Table, tablesOf } from './tables.ts'

type Rules = Readonly<Record<string, { readonly fallback?: unknown }>>
type Reading = (subject: string, given: unknown, rules: Rules) => unknown

const { rulesRead } = vi.hoisted(() => ({ rulesRead: [] as Rules[] }))

// Each options object of the sources is read here. The build cannot be watched: there, only names are compared.
vi.mock('../packages/core/src/options.ts', async importOriginal => {
  const { readOptions, readPolicyOptions, ...others } =
    await importOriginal<Record<'readOptions' | 'readPolicyOptions', Reading>>()
  const common: Rules = { clock: { fallback: {} }, enabled: { fallback: undefined } }
  const watched =
    (read: Reading, rulesOf: (subject: string, rules: Rules) => Rules): Reading =>
    (subject, given, rules) => {
      rulesRead.push(rulesOf(subject, rules))
      return read(subject, given, rules)
    }
  return {
    ...others,
    readOptions: watched(readOptions, (_, rules) => rules),
    readPolicyOptions: watched(readPolicyOptions, (kind, rules) => ({ ...rules, ...common, name: { fallback: kind } })),
  }
})

const all = pages()
const packages = Object.entries(optionReaders).map(([name, readers]) => {
  const page = all.find(({ path }) => path === `packages/${name}/README.md`)
  return { name, readers, tables: page === undefined ? [] : tablesOf(page) }
})

test('every package that tells options is compared with what reads them', () => {
  const telling = all.filter(page => tablesOf(page).some(({ header }) => header[0] === 'option'))
  const names = telling.flatMap(({ path }) => /^packages\/(.+)\/README\.md$/.exec(path)?.[1] ?? [])

  expect(names.toSorted()).toEqual(Object.keys(optionReaders).toSorted())
})

describe.each(packages)('tables of $name', ({ name, readers, tables }) => {
  const optionTables = tables.filter(({ header }) => header[0] === 'option').map(table => [table.of, table] as const)

  test('tell the options of everything that takes any', () => {
    expect(optionTables.map(([of]) => of).toSorted()).toEqual(Object.keys(readers).toSorted())
  })

  test.each(optionTables)('tell all options of %s', async (of, table) => {
    const { known } = await provoke(readers[of])

    expect(firstCells(table).toSorted()).toEqual(known.toSorted())
  })

  test.each(optionTables)('tell the defaults of %s', async (of, table) => {
    const { rules } = await provoke(readers[of])

    expect(wrongDefaults(table, rules)).toEqual([])
  })

  test('tell all events', () => {
    const told = tables.filter(({ header }) => header[0] === 'event').flatMap(firstCells)

    expect(told.toSorted()).toEqual(eventsOf(name))
  })
})

describe('names of the packages', () => {
  const folders = globSync('*', { cwd: join(root, 'packages') }).toSorted()

  test.each(folders)('the README of %s tells all functions and classes', async folder => {
    const page = all.find(({ path }) => path === `packages/${folder}/README.md`)
    const told = page?.lines.join('\n') ?? ''
    const { default: _, ...exported } = (await import(
      folder === 'holdfast' ? 'holdfast' : `@holdfast/${folder}`
    )) as Record<string, unknown>

    expect(Object.keys(exported).filter(name => !new RegExp(`\`[^\`]*\\b${name}\\b`).test(told))).toEqual([])
  })
})

/** What an unknown option gives away: the names that would have been right, and the rules that they were read by. */
async function provoke(reader: OptionReader | undefined): Promise<{ known: string[]; rules: Rules }> {
  rulesRead.length = 0
  let message = ''
  try {
    await reader?.({ unheardOf: 1 } as never)
  } catch (error) {
    message = String(error)
  }
  const known = /unknown option "unheardOf", expected one of (.+?)(?:;|$)/.exec(message)?.[1]?.split(', ') ?? []
  return { known, rules: rulesRead.at(-1) ?? {} }
}

function wrongDefaults(table: Table, rules: Rules): string[] {
  const column = table.header.indexOf('default')
  return table.rows.flatMap(row => {
    const option = row[0]?.replaceAll('`', '') ?? ''
    const told = row[column]?.replace(/[`_]/g, '') ?? ''
    const rule = rules[option]
    if (rule === undefined) return []
    const actual = 'fallback' in rule ? rule.fallback : 'required'
    // Of functions and objects, and of what is left to others, the page tells in words.
    const isTold = ['number', 'string'].includes(typeof actual) ? told === String(actual) : told !== 'required'
    return isTold ? [] : [`${option} is ${String(actual)} and not ${told}`]
  })
}

function eventsOf(folder: string): string[] {
  return globSync(`packages/${folder}/src/*.ts`, { cwd: root })
    .flatMap(file => [...readFileSync(join(root, file), 'utf8').matchAll(/^ {2}readonly type: '([^']+)'$/gm)])
    .map(([, type = '']) => type)
    .toSorted()
}
