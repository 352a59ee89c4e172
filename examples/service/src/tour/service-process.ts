import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../service/config.ts'

/** A line of its log. */
export interface LogLine {
  readonly msg: string
  /** What a shutdown has closed, in this order. */
  readonly closed?: readonly string[]
  readonly [attribute: string]: unknown
}

export interface ServiceProcess extends AsyncDisposable {
  readonly url: string
  readonly metricsUrl: string
  readonly log: readonly LogLine[]
  /** Resolves with the first line that there is, or that will be, with such a message. */
  readonly logged: (message: RegExp) => Promise<LogLine>
  readonly signal: (name: NodeJS.Signals) => void
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>
}

const conditions = process.env['HOLDFAST_DIST'] === '1' ? [] : ['--conditions=@holdfast/source']

/** Runs the service as a container does, on free ports. Rejects with what it says when it ends before it listens. */
export async function startService(env: Environment, entry = 'service.ts'): Promise<ServiceProcess> {
  const file = fileURLToPath(new URL(`../${entry}`, import.meta.url))
  const child = spawn(process.execPath, [...conditions, file], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'close').then(([code]) => code as number | null)
  const log: LogLine[] = []
  const lines = new EventEmitter<{ line: [] }>()
  let complaints = ''
  createInterface(child.stdout).on('line', line => {
    log.push(JSON.parse(line) as LogLine)
    lines.emit('line')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))

  const logged = async (message: RegExp): Promise<LogLine> => {
    const ended = exited.then(code => {
      throw new Error(
        `the service ended with ${code} and never said ${message}: ${complaints.trim()} ${JSON.stringify(log)}`,
      )
    })
    ended.catch(() => {})
    while (true) {
      const line = log.find(({ msg }) => message.test(msg))
      if (line !== undefined) return line
      await Promise.race([once(lines, 'line'), ended])
    }
  }

  const { url, metricsUrl } = await logged(/^listening$/)
  return {
    url: String(url),
    metricsUrl: String(metricsUrl),
    log,
    logged,
    signal: name => child.kill(name),
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
