import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'

/** Who a program runs as, when not as the user of this process. */
export interface ProgramUser {
  readonly uid: number
  readonly gid: number
}

export interface Program {
  readonly file: string
  readonly args: readonly string[]
  readonly folder: string
  readonly user: ProgramUser | undefined
}

export interface ServerProcess {
  readonly pid: number
  readonly exited: Promise<void>
  readonly signal: (name: NodeJS.Signals) => void
  /** Resolves when it says once more that it is ready. */
  readonly readyAgain: () => Promise<void>
}

const keptOutput = 64 * 1024

/** Starts a server and resolves when it says that it is ready; rejects with what it printed when it ends before that. */
export async function spawnServer({ file, args, folder, user }: Program): Promise<ServerProcess> {
  const child = spawn(file, args, {
    ...user,
    cwd: folder,
    // In a group of its own: an interrupt at the terminal is for the tests, and they end the server.
    detached: true,
    // The words that it says ready with must not depend on the language of the machine.
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  const ready = new EventEmitter()
  let output = ''
  const read = (chunk: string): void => {
    output = (output + chunk).slice(-keptOutput)
    if (!/ready to accept connections/i.test(output)) return
    output = ''
    ready.emit('ready')
  }
  child.stdout.setEncoding('utf8').on('data', read)
  child.stderr.setEncoding('utf8').on('data', read)
  await new Promise<void>((resolve, reject) => {
    ready.once('ready', resolve)
    exited.then(
      () => reject(new Error(`${file} ended before it was ready:\n${output}`)),
      (error: unknown) => reject(error),
    )
  })
  return {
    pid: child.pid ?? 0,
    exited: exited.then(() => undefined),
    signal: name => child.kill(name),
    async readyAgain() {
      await once(ready, 'ready')
    },
  }
}
