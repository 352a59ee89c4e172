import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { ServiceSettings } from './service-settings.ts'

interface Line {
  readonly message: string
  readonly [attribute: string]: unknown
}

export interface Program {
  readonly lines: readonly Line[]
  /** What it has said, in order. */
  readonly messages: () => string[]
  /** Resolves with the first line of such a message that there is, or will be; rejects when the program ends before. */
  readonly said: (message: string) => Promise<Line>
  readonly signal: (name: NodeJS.Signals) => void
  /** Lets go what it holds back. */
  readonly release: () => void
  /** Resolves with its exit code, or the signal that has ended it. */
  readonly exited: Promise<number | string>
}

const conditions = process.env['HOLDFAST_DIST'] === '1' ? [] : ['--conditions=@holdfast/source']

/** Runs a program beside this file until the test is over. */
export function startProgram(name: string, ...parameters: readonly string[]): Program {
  const file = fileURLToPath(new URL(name, import.meta.url))
  const child = spawn(process.execPath, [...conditions, file, ...parameters], { stdio: ['pipe', 'pipe', 'pipe'] })
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const lines: Line[] = []
  const arrivals = new EventEmitter<{ line: [] }>()
  let complaints = ''
  createInterface(child.stdout).on('line', line => {
    lines.push(JSON.parse(line) as Line)
    arrivals.emit('line')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  child.stdin.on('error', () => {})
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })

  const said = async (message: string): Promise<Line> => {
    const ended = exited.then(code => {
      throw new Error(`${name} ended with ${code} and never said "${message}": ${complaints}${JSON.stringify(lines)}`)
    })
    ended.catch(() => {})
    while (true) {
      const line = lines.find(each => each.message === message)
      if (line !== undefined) return line
      await Promise.race([once(arrivals, 'line'), ended])
    }
  }

  return {
    lines,
    messages: () => lines.map(({ message }) => message),
    said,
    signal: signal => void child.kill(signal),
    release: () => void child.stdin.write('release\n'),
    exited,
  }
}

export interface Service extends Program {
  readonly origin: string
}

/** Runs the service, and resolves when it listens. */
export async function startService(settings: ServiceSettings = {}): Promise<Service> {
  const program = startProgram('service.ts', JSON.stringify({ drainDelayMs: 0, ...settings }))
  const { port } = await program.said('listening')
  return { ...program, origin: `${settings.protocol === 'https' ? 'https' : 'http'}://127.0.0.1:${String(port)}` }
}
