import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { codeBlocks } from './code-blocks.ts'
import { type Page, pages, root } from './pages.ts'

const all = pages()

describe('links of the pages', () => {
  test.each(all.map(page => [page.path, page] as const))('%s links to what exists', (_, page) => {
    expect(linksOf(page).filter(link => !leadsSomewhere(page, link))).toEqual([])
  })
})

describe('commands of the pages', () => {
  const packages = globSync('packages/*/package.json', { cwd: root }).map(
    file => (JSON.parse(readFileSync(join(root, file), 'utf8')) as { name: string }).name,
  )

  test.each(all.map(page => [page.path, page] as const))('%s installs packages that exist', (_, page) => {
    const ours = installed(page).filter(name => /^@?holdfast/.test(name))

    expect(ours.filter(name => !packages.includes(name))).toEqual([])
  })

  test.each(packages)('the README of %s installs it', name => {
    const page = all.find(({ path }) => path === `packages/${name.replace('@holdfast/', '')}/README.md`)

    expect(page && installed(page)).toContain(name)
  })
})

function installed(page: Page): string[] {
  const commands = codeBlocks(page).filter(({ language }) => language === 'sh')
  return commands
    .flatMap(({ text }) => [...text.matchAll(/\bnpm (?:install|i|add) (.+)$/gm)])
    .flatMap(([, names = '']) => names.split(/\s+/))
}

/** Where the text of a page links to within the repository. */
function linksOf({ lines }: Page): string[] {
  return prose(lines)
    .flatMap(line => [...line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)])
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z]+:/.test(target))
}

function leadsSomewhere({ path }: Page, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? path : posix.join(dirname(path), file)
  if (!existsSync(join(root, target))) return false
  const page = all.find(other => [target, posix.join(target, 'README.md')].includes(other.path))
  return anchor === undefined || page === undefined || anchorsOf(page).includes(anchor)
}

/** The anchors that headings get: their letters, digits, hyphens and underscores, with hyphens for spaces. */
function anchorsOf({ lines }: Page): string[] {
  return prose(lines)
    .filter(line => /^#+ /.test(line))
    .map(line => line.replace(/^#+ /, '').toLowerCase())
    .map(heading => heading.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-'))
}

/** The lines outside of fences. */
function prose(lines: readonly string[]): string[] {
  let isCode = false
  return lines.filter(line => {
    if (line.startsWith('```')) isCode = !isCode
    return !isCode
  })
}
