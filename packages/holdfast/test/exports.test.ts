import { readFileSync } from 'node:fs'
import * as bulkhead from '@holdfast/bulkhead'
import * as circuitBreaker from '@holdfast/circuit-breaker'
import * as core from '@holdfast/core'
import * as fallback from '@holdfast/fallback'
import * as retry from '@holdfast/retry'
import * as timeout from '@holdfast/timeout'
import * as holdfast from 'holdfast'
import { describe, expect, it } from 'vitest'

const parts = { core, retry, timeout, 'circuit-breaker': circuitBreaker, bulkhead, fallback }
const folders = Object.keys(parts)

/** The names in the `export { … }` lists of a package, those of types too. */
function namesOf(folder: string): string[] {
  const source = readFileSync(new URL(`../../${folder}/src/index.ts`, import.meta.url), 'utf8')
  return [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, list = '']) => list.split(','))
    .map(entry => entry.replace('type ', '').trim())
    .filter(name => name !== '')
}

describe('holdfast', () => {
  it.each(Object.entries(parts))('exports all that %s does, itself', (_, part) => {
    const exported = new Map<string, unknown>(Object.entries(holdfast))

    for (const [name, value] of Object.entries(part)) expect(exported.get(name), name).toBe(value)
  })

  it('exports nothing else', () => {
    const names = new Set(Object.values(parts).flatMap(part => Object.keys(part)))

    expect(new Set(Object.keys(holdfast))).toEqual(names)
  })

  it('exports all types of its parts, and nothing else', () => {
    const names = new Set(folders.flatMap(namesOf))

    expect(new Set(namesOf('holdfast'))).toEqual(names)
  })
})
