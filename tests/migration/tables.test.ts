import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as cockatiel from 'cockatiel'
import CircuitBreaker from 'opossum'
import pLimit from 'p-limit'
import { describe, expect, test } from 'vitest'
import { pages } from '../pages.ts'
import { tablesOf } from '../tables.ts'

const all = pages()
const require = createRequire(import.meta.url)

/** What each library declares, by its types where it has some of its own, and by itself. */
const declared: Readonly<Record<string, readonly string[]>> = {
  'p-retry': namesIn(sourceOf('p-retry', 'index.d.ts')),
  'p-timeout': namesIn(sourceOf('p-timeout', 'index.d.ts')),
  'p-limit': [
    ...namesIn(sourceOf('p-limit', 'index.d.ts')),
    ...Object.getOwnPropertyNames(pLimit(1)).filter(name => !['length', 'name', 'prototype'].includes(name)),
  ],
  cockatiel: [
    // What the factories return has no row of its own, but its members have.
    ...Object.keys(cockatiel).filter(name => !name.endsWith('Policy')),
    ...['Policy', 'RetryPolicy', 'TimeoutPolicy', 'BulkheadPolicy', 'FallbackPolicy', 'CircuitBreakerPolicy']
      .map(name => sourceOf('cockatiel', `${name}.d.ts`))
      .flatMap(source => found(source, /^ {4}(?:readonly (on\w+)|get (\w+)|(?!constructor)([a-z]\w+)\()/gm)),
    ...['RetryPolicy', 'TimeoutPolicy', 'CircuitBreakerPolicy', 'backoff/ExponentialBackoff']
      .concat('breaker/CountBreaker', 'breaker/SamplingBreaker')
      .map(name => sourceOf('cockatiel', `${name}.d.ts`))
      .flatMap(source => found(source, /interface I\w+Options\S* \{([^}]*)\}/g))
      .flatMap(members => found(members, /^ {4}(\w+)\??:/gm)),
  ].filter(name => name !== 'strategy'), // It is told by the two strategies that there are.
  opossum: [
    // The sources, for the types of the community lack some.
    ...found(sourceOf('opossum', 'circuit.js'), /\boptions\.(\w+)/g).filter(name => name !== 'coalesceCache'),
    ...found(sourceOf('opossum', 'circuit.js'), /\bemit\('(\w+)'/g),
    ...found(sourceOf('opossum', 'circuit.js'), /'(E[A-Z]+)'/g),
    ...Object.getOwnPropertyNames(CircuitBreaker.prototype).filter(name => !/^_|^constructor$/.test(name)),
    'isOurError',
    'newStatus',
    'snapshot',
  ],
}

describe.each(Object.entries(declared))('the page of %s', (library, names) => {
  const page = all.find(({ path }) => path === `docs/migration/${library}.md`)
  const rows =
    page === undefined ? [] : tablesOf(page).flatMap(table => (table.header[0] === 'theirs' ? table.rows : []))

  test('has a row for everything that the library declares', () => {
    const told = new Set(rows.flatMap(([theirs = '']) => wordsOfCode(theirs)))

    expect(names.length).toBeGreaterThan(5)
    expect([...new Set(names)].filter(name => !told.has(name))).toEqual([])
  })

  test('names what exists here', () => {
    const known = new Set(
      all.filter(({ path }) => path.startsWith('packages/')).flatMap(({ lines }) => wordsIn(lines.join('\n'))),
    )
    const ours = rows.flatMap(([, cell = '']) => wordsOfCode(cell))

    expect(ours.filter(name => !known.has(name))).toEqual([])
  })
})

function sourceOf(library: string, file: string): string {
  return readFileSync(join(dirname(require.resolve(library)), library === 'opossum' ? `lib/${file}` : file), 'utf8')
}

/** Members of types and names of exports; comments and what is between parentheses declare nothing. */
function namesIn(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '')
  return [
    ...found(code, /^\t(?:readonly )?(\w+)\??:/gm).filter(name => !['input', 'name', 'function_'].includes(name)),
    ...found(code, /^export (?:default )?(?:function|class) (\w+)/gm),
  ].filter(name => !['options', 'option'].includes(name))
}

function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)]
    .map(([, ...groups]) => groups.find(group => group !== undefined) ?? '')
    .filter(Boolean)
}

function wordsOfCode(cell: string): string[] {
  return found(cell, /`([^`]+)`/g).flatMap(wordsIn)
}

function wordsIn(text: string): string[] {
  return text.match(/[A-Za-z_]\w+/g) ?? []
}
