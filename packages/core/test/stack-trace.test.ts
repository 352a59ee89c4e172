import { pipeline } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { limiting, passing, repeating } from './layers.ts'

const layers = pipeline(
  limiting({ limitMs: 60_000 }),
  repeating({ times: 1 }),
  passing(),
  limiting({ limitMs: 60_000 }),
)

async function failsLater(): Promise<never> {
  await Promise.resolve()
  throw new Error('down')
}

async function caller(run: () => Promise<never>): Promise<string> {
  try {
    return await run()
  } catch (error) {
    return (error as Error).stack ?? ''
  }
}

describe('the stack trace of an error that is thrown after an await', () => {
  it.each([
    ['a single policy', () => passing().run(failsLater)],
    ['a policy that gives up', () => limiting({ limitMs: 60_000 }).run(failsLater)],
    ['a pipeline', () => layers.run(failsLater)],
    ['a pipeline with a signal', () => layers.run(failsLater, { signal: new AbortController().signal })],
    ['a pipeline with a limit', () => layers.run(failsLater, { timeoutMs: 60_000 })],
    ['a run within another', () => layers.run(call => passing().run(failsLater, call), { timeoutMs: 60_000 })],
  ])('names the caller of %s', async (_, run) => {
    const stack = await caller(run)

    expect(stack).toMatch(/^Error: down\n +at (async )?failsLater .*\n( .*\n)* +at (async )?caller /)
  })
})
