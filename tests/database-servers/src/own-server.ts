import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from './free-port.ts'
import { type Program, type ServerProcess, spawnServer } from './server-process.ts'
import { type Watchdog, watchdog } from './watchdog.ts'

export interface OwnServerOptions {
  readonly kind: string
  /** Fills the new folder before the first start. */
  readonly prepare: (folder: string) => void | Promise<void>
  readonly program: (folder: string, port: number) => Program
  /** What ends the server and all its processes at once when nobody is left to care. */
  readonly lastSignal: 'KILL' | 'QUIT'
}

/** A server that this process runs, in a temporary folder. */
export interface OwnServer {
  readonly port: number
  readonly start: () => Promise<void>
  readonly signal: (name: NodeJS.Signals) => void
  /** Does something that it recovers from, and resolves when it has. */
  readonly upset: (how: (process: ServerProcess) => void) => Promise<void>
  /** Ends the server with what the function does, and resolves when it has ended; nothing when it does not run. */
  readonly end: (how: (process: ServerProcess) => void | Promise<void>) => Promise<void>
  readonly close: () => Promise<void>
}

export function ownServer({ kind, prepare, program, lastSignal }: OwnServerOptions): OwnServer {
  let folder: string | undefined
  let port: number | undefined
  let guard: Watchdog | undefined
  let running: ServerProcess | undefined

  return {
    get port() {
      if (port === undefined) throw new Error(`${kind} has not been started yet`)
      return port
    },
    async start() {
      if (running !== undefined) throw new Error(`${kind} runs already`)
      if (folder === undefined) {
        folder = mkdtempSync(path.join(tmpdir(), `holdfast-${kind}-`))
        guard = watchdog(folder, lastSignal)
        await prepare(folder)
      }
      const started = await spawnOn(folder)
      running = started
      const pidFile = path.join(folder, 'pid')
      writeFileSync(pidFile, String(started.pid))
      void started.exited.then(() => {
        if (running === started) running = undefined
        rmSync(pidFile, { force: true })
      })
    },
    signal(name) {
      up().signal(name)
    },
    async upset(how) {
      const recovered = up().readyAgain()
      how(up())
      await recovered
    },
    async end(how) {
      const ending = running
      if (ending === undefined) return
      await how(ending)
      await ending.exited
    },
    async close() {
      await guard?.bite()
      await running?.exited
      folder = guard = undefined
    },
  }

  function up(): ServerProcess {
    if (running === undefined) throw new Error(`${kind} does not run`)
    return running
  }

  async function spawnOn(where: string): Promise<ServerProcess> {
    if (port !== undefined) return spawnServer(program(where, port))
    for (let triesLeft = 5; ; triesLeft -= 1) {
      const candidate = await freePort()
      try {
        const started = await spawnServer(program(where, candidate))
        port = candidate
        return started
      } catch (error) {
        // Somebody else took the port since it was looked at.
        if (triesLeft === 0 || !/address already in use/i.test(String(error))) throw error
      }
    }
  }
}
