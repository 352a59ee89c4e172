import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { faultServer, ok, status } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'

const conditions = process.env['HOLDFAST_DIST'] === '1' ? [] : ['--conditions=@holdfast/source']
const script = fileURLToPath(new URL('global-dispatcher-process.ts', import.meta.url))

/** What a process of its own gets, in which nothing but the attempts keeps it alive. */
async function textIn(undici: string, client: string, url: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...conditions, script, undici, client, url])
  return stdout
}

describe.each(['undici', 'undici-7'])('as the global dispatcher of %s', undici => {
  it.each(['request', 'fetch', 'global fetch'])(
    'it serves %s, in a process that waits for the next attempt',
    async client => {
      await using server = await faultServer()
      server.script('/kelp', [status(503), ok('kelp')])

      const text = await textIn(undici, client, `${server.url}/kelp`)

      expect(text).toBe('200 kelp')
      expect(server.requests).toHaveLength(2)
    },
  )
})
