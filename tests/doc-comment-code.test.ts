import { rmSync } from 'node:fs'
import { availability, type ServerKind } from '@holdfast/database-servers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { CodeBlock } from './code-blocks.ts'
import { docExamples } from './doc-examples.ts'
import { type ExampleHosts, serveExampleHosts } from './example-hosts.ts'
import { extract, nameOf } from './extraction.ts'

const examples = await docExamples()
const { folder, fileOf, typeErrors } = extract(examples)
const checked = typeErrors()
// Told by the tests below; without a listener until then it would be an unhandled rejection.
checked.catch(() => {})

/** What the examples that ran took for granted. */
const loaded = new Set<string>()

let hosts: ExampleHosts
beforeAll(async () => {
  hosts = await serveExampleHosts()
  vi.stubGlobal('fetch', hosts.fetch)
})
afterAll(async () => {
  for (const file of loaded) await ((await import(file)) as { close?: () => unknown }).close?.()
  vi.unstubAllGlobals()
  await hosts.close()
  rmSync(folder, { recursive: true, force: true })
})

const whereabouts = ({ page, line }: CodeBlock): string => `${page}:${line}`
const isTest = ({ text }: CodeBlock): boolean => text.startsWith('describe(')

describe('code of the doc comments', () => {
  test('is there', () => {
    expect(examples).not.toEqual([])
  })

  test('has no type error outside the examples', async () => {
    const names = examples.map(nameOf)

    expect((await checked).filter(error => !names.some(name => error.startsWith(`${name}(`)))).toEqual([])
  })

  test.each(examples.map(example => [whereabouts(example), example] as const))(
    '%s type-checks',
    async (_, example) => {
      const ownErrors = (await checked).filter(error => error.startsWith(`${nameOf(example)}(`))

      expect(ownErrors).toEqual([])
    },
    30_000,
  )

  for (const example of examples.filter(each => !isTest(each)))
    test.skipIf(serversFor(example).some(kind => !availability(kind).isAvailable))(
      `${whereabouts(example)} runs`,
      async () => {
        for (const [, file = ''] of example.module.matchAll(/'\.\.\/\.\.\/(given\/[^']+)'/g)) loaded.add(`./${file}`)

        await expect(import(fileOf(example))).resolves.toBeDefined()
      },
    )

  // An example that is a test adds its tests here.
  for (const example of examples.filter(isTest))
    describe(whereabouts(example), async () => void (await import(fileOf(example))))
})

/** The database servers that an example takes for granted. */
function serversFor({ module }: CodeBlock): ServerKind[] {
  return (['postgres', 'redis'] as const).filter(kind => module.includes(`given/${kind}.ts`))
}
