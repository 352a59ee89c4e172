import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'

/** A server that another process has started, and that process's end. */
export async function abandonedServer(
  start: 'startPostgres' | 'startRedis',
): Promise<{ url: string; killOwner(): void }> {
  const program = `
    import { ${start} } from '@holdfast/database-servers'
    process.stdout.write((await ${start}()).url)
    setInterval(() => {}, 1_000)
  `
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = (await once(owner.stdout, 'data')) as unknown[]
  return { url: String(url), killOwner: () => owner.kill('SIGKILL') }
}
