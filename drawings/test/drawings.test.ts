import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { drawings } from '../src/drawings.ts'
import { svgOf } from '../src/svg/drawing.ts'

const folder = new URL('../../docs/drawings/', import.meta.url)

describe('docs/drawings', () => {
  test('has all drawings, and no others', () => {
    expect(readdirSync(folder)).toEqual(Object.keys(drawings).map(name => `${name}.svg`))
  })

  test.each(Object.entries(drawings))('%s shows what the policies do now', async (name, draw) => {
    const committed = readFileSync(new URL(`${name}.svg`, folder), 'utf8')

    expect(svgOf(await draw())).toBe(committed)
  })
})
