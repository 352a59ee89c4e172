import { rmSync } from 'node:fs'
import { format } from 'node:util'
import { availability, type ServerKind } from '@holdfast/database-servers'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type CodeBlock, codeBlocks } from './code-blocks.ts'
import { type ExampleHosts, serveExampleHosts } from './example-hosts.ts'
import { extract, nameOf } from './extraction.ts'
import { pages } from './pages.ts'

const all = pages().flatMap(codeBlocks)
const blocks = all.filter(({ language }) => language === 'ts')
const { folder, fileOf, typeErrors } = extract(blocks)
const checked = typeErrors()
// Told by the tests below; without a listener until then it would be an unhandled rejection.
checked.catch(() => {})

let hosts: ExampleHosts
beforeAll(async () => {
  hosts = await serveExampleHosts()
  vi.stubGlobal('fetch', hosts.fetch)
})
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await hosts.close()
  rmSync(folder, { recursive: true, force: true })
})

const whereabouts = ({ page, line }: CodeBlock): string => `${page}:${line}`
const isTest = ({ text }: CodeBlock): boolean => text.includes("from 'vitest'")

describe('code of the pages', () => {
  test('is in a language that is checked, or is no code', () => {
    const languages = ['ts', 'sh', 'json', 'text', 'mermaid']
    const others = all.filter(({ language }) => !languages.includes(language))

    expect(others.map(block => `${whereabouts(block)} ${block.language}`)).toEqual([])
  })

  test('has no type error outside the blocks', async () => {
    const names = blocks.map(nameOf)

    expect((await checked).filter(error => !names.some(name => error.startsWith(`${name}(`)))).toEqual([])
  })

  test.each(blocks.map(block => [whereabouts(block), block] as const))(
    '%s type-checks',
    async (_, block) => {
      const ownErrors = (await checked).filter(error => error.startsWith(`${nameOf(block)}(`))

      expect(ownErrors).toEqual([])
    },
    30_000,
  )

  for (const block of blocks.filter(each => !isTest(each)))
    test.skipIf(serversFor(block).some(kind => !availability(kind).isAvailable))(
      `${whereabouts(block)} runs and prints what it says`,
      async () => {
        const printed: string[] = []
        vi.spyOn(console, 'log').mockImplementation((...values) => void printed.push(format(...values)))

        await import(fileOf(block))

        expect(printed).toEqual(expect.arrayContaining(promisedOutput(block)))
      },
    )

  // A block that is a test file adds its tests here.
  for (const block of blocks.filter(isTest))
    describe(whereabouts(block), async () => void (await import(fileOf(block))))
})

/** The database servers that a block starts. */
function serversFor({ module }: CodeBlock): ServerKind[] {
  return (['postgres', 'redis'] as const).filter(kind => module.toLowerCase().includes(`start${kind}(`))
}

/** What stands in the comment after a `console.log`. */
function promisedOutput({ module }: CodeBlock): string[] {
  return [...module.matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)].map(([, output = '']) => output)
}
