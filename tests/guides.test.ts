import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { longCalls, resilientFetch } from '@holdfast/fetch'
import { admission, lifecycle } from '@holdfast/lifecycle'
import { resilientPool } from '@holdfast/postgres'
import { ioredisSettings, resilientRedis } from '@holdfast/redis'
import { resilient } from '@holdfast/undici'
import { bulkhead, circuitBreaker, pipeline, timeout } from 'holdfast'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { codeBlocks } from './code-blocks.ts'
import { writeModules } from './modules.ts'
import { type Page, pages } from './pages.ts'
import { tablesOf } from './tables.ts'

type Rules = Readonly<Record<string, { readonly fallback?: unknown }>>

/** Options as something has read them. */
interface Reading {
  readonly given: Readonly<Record<string, unknown>>
  readonly rules: Rules
}

const { readings } = vi.hoisted(() => ({ readings: [] as Reading[] }))

// Each options object of the sources is read here.
vi.mock('../packages/core/src/options.ts', async importOriginal => {
  type Reader = (subject: string, given: unknown, rules: Rules) => unknown
  const { readOptions, readPolicyOptions, ...others } =
    await importOriginal<Record<'readOptions' | 'readPolicyOptions', Reader>>()
  const watched =
    (read: Reader): Reader =>
    (subject, given, rules) => {
      readings.push({ given: { ...(given as object | undefined) }, rules })
      return read(subject, given, rules)
    }
  return { ...others, readOptions: watched(readOptions), readPolicyOptions: watched(readPolicyOptions) }
})

/** Runs Node; rejects where it ends with another code than 0. */
const run = (parameters: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, ['--conditions=@holdfast/source', ...parameters])

const pageAt = (path: string): Page => {
  const page = pages().find(each => each.path === path)
  if (page === undefined) throw new Error(`${path} is not there`)
  return page
}

describe('docs/start.md', () => {
  const fences = codeBlocks(pageAt('docs/start.md'))
  const files = fences.flatMap((fence, index) => {
    const promised = fences.slice(index + 1).find(({ language }) => language === 'text')
    return fence.language === 'ts' ? [{ name: `start-${fence.line}.mjs`, code: fence.text, promised }] : []
  })
  const { folder } = writeModules(new Map(files.map(({ name, code }) => [name, code])))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test.each(files)('$name runs as JavaScript, and prints just what the page shows', async ({ name, promised }) => {
    const { stdout } = await run([join(folder, name)])

    expect(stdout.trimEnd()).toBe(promised?.text)
  })
})

describe('docs/guides/testing-with-virtual-time.md', () => {
  const block = codeBlocks(pageAt('docs/guides/testing-with-virtual-time.md')).find(({ text }) =>
    text.includes("'node:test'"),
  )
  const { folder } = writeModules(new Map([['node-test.mjs', block?.module ?? '']]))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test('has a test for node:test, which passes there', async () => {
    const { stdout } = await run(['--test-reporter=tap', join(folder, 'node-test.mjs')])

    expect(stdout).toContain('# tests 1\n')
    expect(stdout).toContain('# pass 1\n')
  })
})

describe('docs/guides/timeouts-that-fit-together.md', () => {
  const makers: Readonly<Record<string, () => unknown>> = {
    // It looks its rules up only where an option is wrong.
    run: () => expect(pipeline().run(() => {}, { unheardOf: 1 } as never)).rejects.toThrow('unheardOf'),
    timeout: () => timeout({ timeoutMs: 1 }),
    bulkhead: () => bulkhead({ maxConcurrent: 1 }),
    circuitBreaker: () => circuitBreaker(),
    resilientFetch: () => resilientFetch(),
    longCalls: () => resilientFetch(longCalls),
    resilient: () => resilient(),
    resilientRedis: () => resilientRedis(new Redis({ ...ioredisSettings, lazyConnect: true })),
    resilientPool: () => resilientPool(new Pool()),
    admission: () => admission({ maxConcurrent: 1 }),
    lifecycle: () => lifecycle({ signals: [], uncaughtErrors: false }),
  }
  const tables = tablesOf(pageAt('docs/guides/timeouts-that-fit-together.md'))
  const defaults = tables.find(({ header }) => header.join() === 'of,limit,default,bounds')?.rows ?? []
  const limits = defaults.map(row => {
    const [of = '', limit = '', told = ''] = row.map(cell => cell.replaceAll('`', ''))
    return { of, limit, told }
  })

  test('tells limits of everything that has any', () => {
    expect(new Set(limits.map(({ of }) => of))).toEqual(new Set(Object.keys(makers)))
  })

  test.each(limits)('the limit $limit of $of is $told', async ({ of, limit, told }) => {
    readings.length = 0

    await makers[of]?.()

    expect(spelled(defaultOf(limit))).toBe(told)
  })
})

/** What holds for a limit if nobody says anything: that of a policy for this phase, or the default of an option. */
function defaultOf(limit: string): unknown {
  const option = limit.split('.').at(-1) ?? ''
  const phase = readings.find(({ given }) => given['phase'] === option)
  if (phase !== undefined) return phase.given['timeoutMs']
  const reading = readings.find(({ rules }) => option in rules)
  const { fallback } = reading?.rules[option] ?? {}
  return fallback === undefined ? 'required' : (reading?.given[option] ?? fallback)
}

function spelled(limit: unknown): string {
  if (limit === Infinity || limit === false) return 'none'
  if (typeof limit !== 'number') return String(limit)
  return limit >= 1_000 ? `${limit / 1_000} s` : `${limit} ms`
}
