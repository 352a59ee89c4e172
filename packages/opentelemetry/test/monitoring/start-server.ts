import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { type ProgramName, programFile } from './programs.ts'

export interface RunningServer extends AsyncDisposable {
  readonly url: string
}

export interface ServerOptions {
  /** The text of its configuration file. */
  readonly config: string
  readonly args: (folder: string) => readonly string[]
}

// The end of stdin is the end of this process, however it came about: the server must not outlive it.
const guard = 'exec 3<&0; "$@" & pid=$!; (cat <&3 >/dev/null; kill -9 $pid) & wait $pid'

/** Starts Prometheus or Alertmanager on the loopback interface and resolves when it is ready. */
export async function startServer(name: ProgramName, { config, args }: ServerOptions): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), `holdfast-${name}-`))
  const configFile = join(folder, 'config.yml')
  writeFileSync(configFile, config)
  const address = `127.0.0.1:${await freePort()}`
  const all = [`--config.file=${configFile}`, `--web.listen-address=${address}`, ...args(folder)]
  const child = spawn('/bin/sh', ['-c', guard, name, programFile(name), ...all], {
    cwd: folder,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  const exited = once(child, 'exit')
  const ended = exited.then(() => Promise.reject(new Error(`${name} ended before it was ready:\n${output}`)))
  const url = `http://${address}`
  const ready = vi.waitFor(async () => expect((await fetch(`${url}/-/ready`)).ok).toBe(true), { timeout: 30_000 })
  const close = async (): Promise<void> => {
    child.stdin.end()
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await Promise.race([ready, ended])
  } catch (error) {
    await close()
    throw error
  }
  return { url, [Symbol.asyncDispose]: close }
}

/** Below the ports that systems give to outgoing connections, so that nobody takes it before the server does. */
async function freePort(): Promise<number> {
  while (true) {
    const port = randomInt(20_000, 30_000)
    const probe = createServer().listen(port, '127.0.0.1')
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}
