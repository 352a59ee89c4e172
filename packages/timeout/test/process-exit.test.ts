import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const conditions = process.env['HOLDFAST_DIST'] === '1' ? [] : ['--conditions=@holdfast/source']

describe('timeout', () => {
  it('does not hold the process when its call has finished', async () => {
    const program = `
      import { timeout } from '@holdfast/timeout'
      const policy = timeout({ timeoutMs: 2_000_000_000 })
      await policy.run(() => 'product')
      await policy.run(() => Promise.reject(new Error('reset'))).catch(() => {})
      console.log('done')
    `

    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...conditions, '--input-type=module', '--eval', program],
      { cwd: new URL('.', import.meta.url), timeout: 20_000 },
    )

    expect(stdout).toBe('done\n')
  })
})
