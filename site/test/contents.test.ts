import { globSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { root, sitePages } from '../src/contents.ts'

describe('contents of the site', () => {
  const sources = sitePages.map(({ source }) => source)

  test('hold every page of the repository that is written for its users', () => {
    const indexes = ['docs/README.md'] // the sidebar is that
    const written = globSync(['packages/*/README.md', 'examples/*/README.md', 'docs/**/*.md'], { cwd: root })

    expect(written.filter(page => !indexes.includes(page) && !sources.includes(page))).toEqual([])
  })

  test('hold no page twice, and no two pages at one address', () => {
    expect(new Set(sources).size).toBe(sources.length)
    expect(new Set(sitePages.map(({ address }) => address)).size).toBe(sitePages.length)
  })
})
